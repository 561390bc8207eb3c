import type { Agent, RunAction } from '../../../src/core/agent.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { ServiceBackend, ServiceState, ServiceVerb } from '../../../src/core/host/service-backend.ts';
import { SERVICE_DESCRIPTION } from './description.ts';
import { describeIntent, foresee, isChange, requireDone, requirePossible } from './judge-change.ts';

/** The agent `service` over a node's service manager. */
export function createServiceAgent(services: ServiceBackend): Agent {
  const changeBy = (verb: ServiceVerb): RunAction => createChange(services, verb);
  return {
    description: SERVICE_DESCRIPTION,
    actions: {
      async status({ input, signal }) {
        const status = await services.status(String(input.service), signal);
        const { name, state, detail } = status;
        return { service: name, state, enabled: tellEnabled(status), detail };
      },
      start: changeBy('start'),
      stop: changeBy('stop'),
      restart: changeBy('restart'),
      reload: changeBy('reload'),
      enable: changeBy('enable'),
      disable: changeBy('disable'),
    },
  };
}

/** Looks, does it, and looks again: what the service manager says in between is not taken for granted. */
function createChange(services: ServiceBackend, verb: ServiceVerb): RunAction {
  return async ({ input, signal, isDryRun }) => {
    const service = String(input.service);
    const before = await services.status(service, signal);
    requirePossible(verb, before);
    if (isDryRun) {
      const after = foresee(verb, before);
      return { ...tell(before, after), changed: isChange(verb, before), detail: describeIntent(verb, before) };
    }
    if (services.change === undefined) {
      throw new McoError('failed/read-only', 'services can only be read on this node, not changed');
    }
    const after = await services.change(verb, service, signal);
    requireDone(verb, after);
    return { ...tell(before, after), changed: isChange(verb, before, after), detail: after.detail };
  };
}

const tell = (before: ServiceState, after: ServiceState) => ({
  service: after.name,
  before: before.state,
  after: after.state,
  enabled: tellEnabled(after),
});

const tellEnabled = ({ enabled }: ServiceState): boolean | 'unknown' => enabled ?? 'unknown';
