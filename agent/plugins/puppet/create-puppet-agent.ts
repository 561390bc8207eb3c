import type { Agent, RunAction } from '../../../src/core/agent.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { PuppetBackend } from '../../../src/core/host/puppet-backend.ts';
import { createChangeResource, createShowResource } from './change-resource.ts';
import { PUPPET_DESCRIPTION } from './description.ts';
import { createRunOnce } from './run-once.ts';
import { tellFigures, tellLastRun } from './tell-last-run.ts';
import { tellState } from './tell-state.ts';

/** The agent `puppet` over a node's Puppet. @param now ms since the epoch */
export function createPuppetAgent(puppet: PuppetBackend, now: () => number): Agent {
  const status: RunAction = async ({ signal }) => {
    const [state, lastRun] = await Promise.all([puppet.state(signal), puppet.lastRun(signal)]);
    return { ...tellState(state, lastRun, now()), ...tellLastRun(lastRun, now()) };
  };
  return {
    description: PUPPET_DESCRIPTION,
    actions: {
      status,
      count: status,
      async stale({ signal }) {
        const [state, lastRun] = await Promise.all([puppet.state(signal), puppet.lastRun(signal)]);
        if (state.staleReason !== '') throw new McoError('failed/stale', state.staleReason);
        const { message = '' } = tellState(state, lastRun, now());
        return { message, state: state.state, stale: false, reason: '' };
      },
      async last_run({ signal }) {
        const lastRun = await puppet.lastRun(signal);
        return { ...tellLastRun(lastRun, now()), ...tellFigures(lastRun) };
      },
      async enable({ signal }) {
        const before = await puppet.state(signal);
        if (before.isEnabled) return { message: 'it was enabled already', enabled: true };
        await puppet.enable(signal);
        const { isEnabled } = await puppet.state(signal);
        if (!isEnabled) throw new McoError('failed/puppet', 'Puppet is still disabled');
        return { message: `enabled; it was disabled: ${before.disableMessage}`, enabled: true };
      },
      async disable({ input, signal, caller }) {
        const before = await puppet.state(signal);
        // A node's disabled lock outlives every chat: who wrote nothing is named at least.
        const wanted = input.message === undefined ? `by ${caller}` : String(input.message);
        if (before.isEnabled) await puppet.disable(wanted, signal);
        const { isEnabled, disableMessage, isApplying } = before.isEnabled ? await puppet.state(signal) : before;
        if (isEnabled) throw new McoError('failed/puppet', 'Puppet is still enabled');
        const message = before.isEnabled ? `disabled: ${disableMessage}` : `it was disabled already: ${disableMessage}`;
        const isOn = isApplying ? '; the run that is on goes on' : '';
        return { message: `${message}${isOn}`, enabled: false, disable_message: disableMessage };
      },
      runonce: createRunOnce(puppet),
      resource: createShowResource(puppet),
      set_resource: createChangeResource(puppet),
    },
  };
}
