import { McoError } from '../../../src/core/errors.ts';
import type { ServiceState, ServiceVerb } from '../../../src/core/host/service-backend.ts';

const DONE: Readonly<Record<ServiceVerb, string>> = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  reload: 'reloaded',
  enable: 'enabled',
  disable: 'disabled',
};

/**
 * Refuses what can't come to anything, before it is tried.
 *
 * @throws McoError `failed/no-service`, `failed/refused`
 */
export function requirePossible(verb: ServiceVerb, { name, isMissing, refuses }: ServiceState): void {
  if (isMissing === true) throw new McoError('failed/no-service', `there is no service \`${name}\` on this node`);
  const why = refuses?.[verb];
  if (why !== undefined) throw new McoError('failed/refused', `\`${name}\` can't be ${DONE[verb]}: ${why}`);
}

/**
 * INVARIANT: the service as it stands afterwards decides whether it went well; exit codes say little.
 *
 * @throws McoError `failed/service` when it is not as it was asked to be
 */
export function requireDone(verb: ServiceVerb, { name, state, detail, ...after }: ServiceState): void {
  const said = after.lastWords === undefined ? '' : `; it said: ${after.lastWords}`;
  const fail = (what: string): never => {
    throw new McoError('failed/service', `\`${name}\` ${what}: ${detail}${said}`);
  };
  if (verb === 'enable' && after.enabled === false) fail('is still disabled');
  if (verb === 'disable' && after.enabled === true) fail('is still enabled');
  if (verb === 'enable' || verb === 'disable' || state === 'unknown') return;
  if (verb === 'stop' && state === 'running') fail('still runs');
  if (verb === 'stop' || state === 'running' || (state === 'stopped' && after.endsByItself === true)) return;
  fail(`was ${DONE[verb]} and does not run`);
}

/** Whether something is different now; `after` is left out where it is only thought through. */
export function isChange(verb: ServiceVerb, before: ServiceState, after?: ServiceState): boolean {
  switch (verb) {
    case 'restart':
    case 'reload':
      return true;
    case 'enable':
    case 'disable':
      return after === undefined ? before.enabled !== (verb === 'enable') : before.enabled !== after.enabled;
    case 'start':
      return before.state !== 'running';
    case 'stop':
      return after === undefined ? before.state === 'running' : before.state !== after.state;
  }
}

/** How it would stand afterwards, if all went well. */
export function foresee(verb: ServiceVerb, before: ServiceState): ServiceState {
  switch (verb) {
    case 'enable':
    case 'disable':
      return { ...before, enabled: verb === 'enable' };
    case 'stop':
      return before.state === 'running' ? { ...before, state: 'stopped' } : before;
    default:
      return before.endsByItself === true ? before : { ...before, state: 'running' };
  }
}

/** What a dry run tells. */
export function describeIntent(verb: ServiceVerb, before: ServiceState): string {
  if (isChange(verb, before)) return `would be ${DONE[verb]}: it is ${describeNow(verb, before)}`;
  return `nothing to do: it is ${describeNow(verb, before)}`;
}

function describeNow(verb: ServiceVerb, { detail, state, enabled }: ServiceState): string {
  if (verb !== 'enable' && verb !== 'disable') return detail === '' ? state : detail;
  return enabled === true ? 'enabled' : 'not enabled';
}
