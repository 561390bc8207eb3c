import type { PuppetLastRun, PuppetState } from '../../../src/core/host/puppet-backend.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { tellAgo } from './tell-last-run.ts';

/** The outputs of `status` about what Puppet is doing. */
export function tellState(state: PuppetState, lastRun: PuppetLastRun, now: number): ReplyData {
  return {
    message: describeState(state, lastRun, now),
    state: state.state,
    enabled: state.isEnabled,
    applying: state.isApplying,
    daemon_running: state.isDaemonRunning,
    disable_message: state.disableMessage,
    stale: state.staleReason !== '',
    reason: state.staleReason,
  };
}

/** `Currently idling; last run 12 minutes ago (changed)` */
function describeState(state: PuppetState, lastRun: PuppetLastRun, now: number): string {
  const lastWords =
    lastRun.at === undefined ? 'it never ran' : `last run ${tellAgo(lastRun.at, now)} (${lastRun.result})`;
  const parts = [`Currently ${state.state}${state.isEnabled ? '' : ` (${state.disableMessage})`}`];
  if (!state.isEnabled && state.isApplying) parts.push('a run is still on');
  parts.push(lastWords);
  const isPlain = state.state !== 'hung' && state.state !== 'crashed' && !state.isApplying;
  if (state.staleReason !== '') parts.push(isPlain ? 'stale' : state.staleReason);
  return parts.join('; ');
}
