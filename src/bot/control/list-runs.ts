import type { Tell } from '../../core/command.ts';
import type { RunRecord } from '../../core/store.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';
import { keepsNoRuns, runPlaceOf } from '../records/find-run.ts';

const MAX_RUNS = 20;

/**
 * The newest runs of this channel; in a thread, of the thread.
 *
 * @throws McoError `usage/no-runs`
 */
export async function listRuns({ store, authority }: Bot, message: IncomingMessage): Promise<Tell> {
  if (authority.leavesToNodes === true) throw keepsNoRuns();
  const { chat, channel, thread } = runPlaceOf(message);
  const runs = await store.runs.list({ chat, channel, thread, max: MAX_RUNS });
  const where = thread === undefined ? 'this channel' : 'this thread';
  if (runs.length === 0) return { kind: 'tell', title: `no runs in ${where} yet`, sections: [] };
  return {
    kind: 'tell',
    title: `the newest runs in ${where}`,
    sections: [
      { lines: runs.map(describeRun) },
      { lines: ['show RUN, retry RUN and cancel RUN take the four characters'] },
    ],
  };
}

/** `7f3a  11-22 10:53:42 UTC  PARTIAL 142/145  @ana  package status bash`. */
function describeRun({ id, caller, header, startedAt, end, approval }: RunRecord): string {
  const at = new Date(startedAt).toISOString();
  const open = approval?.state === 'awaiting' ? 'AWAITING APPROVAL' : 'RUNNING';
  const outcome = end === undefined ? open : `${end.outcome} ${end.counts.ok}/${end.counts.targeted}`;
  const who = caller.replace(/^person:/, '@');
  return `${id.slice(-4)}  ${at.slice(5, 10)} ${at.slice(11, 19)} UTC  ${outcome.padEnd(16)}  ${who}  ${header.command}`;
}
