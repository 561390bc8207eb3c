import { McoError } from '../../core/errors.ts';
import type { ServiceBackend, ServiceState, ServiceVerb } from '../../core/host/service-backend.ts';
import type { Clock } from '../../core/ports.ts';
import { createRandom } from './seeded-random.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** Of the services that failed, so many fail again when they are started. */
const BROKEN_SHARE = 0.5;

/** Debian's name for it and everybody else's: one service. */
const ALIASES: Readonly<Record<string, string>> = { ssh: 'sshd', sshd: 'ssh' };

/** The services of a virtual host. Changes last for as long as the playground runs. */
export function createSimulatedServices(host: VirtualHost, clock: Clock): Required<ServiceBackend> {
  const work = createWork(host, 'service calls', clock);
  return {
    async status(name, signal) {
      await work(signal);
      return find(host, name);
    },
    async change(verb, name, signal) {
      await work(signal);
      const before = find(host, name);
      if (before.isMissing === true) throw new McoError('failed/service', `Unit ${name}.service not found.`);
      const after = { ...before, ...changeState(host, before, verb) };
      host.services.set(name, after);
      const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
      if (alias !== undefined && host.services.has(alias)) host.services.set(alias, { ...after, name: alias });
      return after;
    },
  };
}

function find({ services }: VirtualHost, name: string): ServiceState {
  const found = services.get(name);
  if (found === undefined) return { name, state: 'unknown', detail: 'no such service', isMissing: true };
  const refuses = found.state === 'running' ? {} : { reload: 'it does not run' };
  return { ...found, enabled: found.enabled ?? true, refuses };
}

function changeState(host: VirtualHost, before: ServiceState, verb: ServiceVerb): Partial<ServiceState> {
  switch (verb) {
    case 'enable':
    case 'disable':
      return { enabled: verb === 'enable' };
    case 'reload':
      return {};
    case 'stop':
      // systemd remembers that it failed.
      return before.state === 'failed' ? {} : { state: 'stopped', detail: 'inactive (dead)' };
    default:
      if (before.state === 'failed' && isBroken(host, before.name)) {
        return { lastWords: 'configuration file: syntax error in line 12' };
      }
      return { state: 'running', detail: 'active (running)', lastWords: undefined };
  }
}

const isBroken = ({ identity }: VirtualHost, name: string): boolean =>
  createRandom(`${identity} broken ${name}`)() < BROKEN_SHARE;
