import { McoError, toMcoError } from '../../../src/core/errors.ts';
import type { ServiceBackend, ServiceState, ServiceVerb } from '../../../src/core/host/service-backend.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { limitSignal, sleep } from '../../../src/core/waiting.ts';
import { firstWords, toolFailure } from './describe-finished.ts';
import { parseSystemdUnit, readEnabled, type SystemdUnit, UNIT_PROPERTIES } from './systemd-unit.ts';

/** Less than the actions' own time, so that there is some left to say how it stands. */
const MAX_WAIT_MS = 50_000;
/** What is started without waiting for it to be ready may die at once, and systemctl has long said that all is well. */
const SETTLE_MS = 1000;

interface Systemd {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
}

/** Asks systemd. Only where it runs (`/run/systemd/system` is there): in a plain chroot systemctl does nothing and says that all is well. */
export function createSystemdBackend(runner: ProcessRunner, clock: Clock): Required<ServiceBackend> {
  const systemd = { runner, clock };
  return {
    status: (name, signal) => look(systemd, name, signal),
    async change(verb, name, signal) {
      const since = clock.now();
      const finished = await order(systemd, { verb, name, signal });
      const settled = await settle(systemd, await look(systemd, name, signal), { verb, signal });
      const hasFailed = finished.exitCode !== 0 || settled.state === 'failed';
      const lastWords = hasFailed ? await findLastWords(systemd, settled, { since, signal }) : undefined;
      if (finished.exitCode !== 0) throw toolFailure('systemctl', finished, lastWords);
      return { ...addWarning(verb, settled, finished), lastWords };
    },
  };
}

async function look({ runner }: Systemd, name: string, signal: AbortSignal): Promise<SystemdUnit> {
  const args = ['show', `--property=${UNIT_PROPERTIES.join(',')}`, '--no-pager', '--', name];
  const finished = await runner.run({ file: 'systemctl', args, signal });
  if (finished.exitCode !== 0) throw toolFailure('systemctl', finished);
  const unit = parseSystemdUnit(name, finished.stdout);
  if (!unit.isGenerated) return unit;
  const asked = await runner.run({ file: 'systemctl', args: ['is-enabled', '--no-pager', '--', name], signal });
  return { ...unit, enabled: readEnabled(asked.stdout.trim()) };
}

interface Order {
  readonly verb: ServiceVerb;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** systemctl only waits for what systemd does: giving up on it leaves the service alone. */
async function order(systemd: Systemd, { verb, name, signal }: Order): Promise<Finished> {
  const { runner, clock } = systemd;
  const args = [verb, '--no-pager', '--no-ask-password', '--', name];
  try {
    return await limitSignal(clock, { limitMs: MAX_WAIT_MS, parent: signal }, (limited) =>
      runner.run({ file: 'systemctl', args, signal: limited }),
    );
  } catch (error) {
    if (signal.aborted || toMcoError(error).code !== 'failed/timeout') throw error;
    const { detail } = await look(systemd, name, signal);
    const waited = `not done after ${MAX_WAIT_MS / 1000} s`;
    throw new McoError('failed/timeout', `${verb} of \`${name}\`: ${waited}, it is ${detail}`, {
      hint: 'systemd goes on with it',
      cause: error,
    });
  }
}

/** Looks again after a moment where the first look says little. */
async function settle(
  systemd: Systemd,
  unit: SystemdUnit,
  { verb, signal }: Pick<Order, 'verb' | 'signal'>,
): Promise<SystemdUnit> {
  const isOrder = verb === 'start' || verb === 'restart' || verb === 'reload';
  if (!isOrder || unit.type === '' || unit.type === 'oneshot' || unit.state === 'failed') return unit;
  await sleep(systemd.clock, SETTLE_MS, signal);
  const later = await look(systemd, unit.name, signal);
  const restarts = later.restarts - unit.restarts;
  if (restarts <= 0) return later;
  return { ...later, state: 'failed', detail: `${later.detail}, started again ${restarts} times within a second` };
}

/** What the service itself wrote last; where there is no journal, nothing. */
async function findLastWords(
  { runner }: Systemd,
  { id }: SystemdUnit,
  { since, signal }: { readonly since: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const seconds = Math.floor(since / 1000);
  const args = [`_SYSTEMD_UNIT=${id}`, `--since=@${seconds}`, '--lines=1', '--output=cat', '--no-pager', '--quiet'];
  try {
    const { exitCode, stdout } = await runner.run({ file: 'journalctl', args, signal, maxOutputBytes: 8192 });
    return exitCode === 0 ? firstWords({ stdout, stderr: '' }) || undefined : undefined;
  } catch {
    return undefined;
  }
}

/** systemctl warns of sockets that start the service again, and of unit files that changed on disk. */
function addWarning(verb: ServiceVerb, unit: SystemdUnit, { stderr }: Finished): ServiceState {
  const warning = firstWords({ stdout: '', stderr });
  if (warning === '' || verb === 'enable' || verb === 'disable') return unit;
  return { ...unit, detail: `${unit.detail}; ${warning}` };
}
