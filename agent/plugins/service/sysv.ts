import type { ServiceBackend, ServiceState } from '../../../src/core/host/service-backend.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { sleep } from '../../../src/core/waiting.ts';
import { createOpenrcList, createRunlevelLinks } from './boot-list.ts';
import { firstWords, toolFailure } from './describe-finished.ts';
import { refuseAll, whyUntouchable } from './why-untouchable.ts';

/** What was started may die at once, and its script has long said that all is well. */
const SETTLE_MS = 1000;

/**
 * Asks the init scripts, where systemd does not run.
 *
 * @param isOpenrc OpenRC keeps them, and has programs of its own
 */
export function createSysvBackend(
  runner: ProcessRunner,
  clock: Clock,
  { isOpenrc = false }: { readonly isOpenrc?: boolean } = {},
): Required<ServiceBackend> {
  const file = isOpenrc ? 'rc-service' : 'service';
  const bootList = isOpenrc ? createOpenrcList(runner) : createRunlevelLinks(runner);
  async function look(name: string, signal: AbortSignal): Promise<ServiceState> {
    const state = parseSysvStatus(name, await runner.run({ file, args: [name, 'status'], signal }));
    if (state.isMissing === true) return state;
    const untouchable = whyUntouchable(name);
    const refuses = untouchable === undefined ? {} : { refuses: refuseAll(untouchable) };
    return { ...state, enabled: await bootList.has(name, signal), ...refuses };
  }
  return {
    status: look,
    async change(verb, name, signal) {
      if (verb === 'enable' || verb === 'disable') {
        await bootList.set(name, verb === 'enable', signal);
        return await look(name, signal);
      }
      const finished = await runner.run({ file, args: [name, verb], signal });
      if (finished.exitCode !== 0) throw toolFailure(file, finished);
      if (verb !== 'stop') await sleep(clock, SETTLE_MS, signal);
      return await look(name, signal);
    },
  };
}

/**
 * The exit codes of LSB init scripts (LSB 5.0, Init Script Actions): 0 running, 1 and 2 dead with something left behind,
 * 3 stopped. 1 is also "no such service", and old scripts know no `status` at all. OpenRC's 32 is crashed.
 */
export function parseSysvStatus(name: string, finished: Finished): ServiceState {
  const text = `${finished.stdout}\n${finished.stderr}`.trim();
  const detail =
    text
      .split('\n')[0]
      ?.replace(/^\s*\*\s*/, '')
      .trim()
      .slice(0, 200) ?? '';
  if (/unrecognized service|does not exist|not found/i.test(text)) {
    return { name, state: 'unknown', detail, isMissing: true };
  }
  if (finished.exitCode !== 0 && /^\s*\*?\s*usage:/im.test(text)) {
    return { name, state: 'unknown', detail: `its init script has no status: ${firstWords(finished)}`.slice(0, 200) };
  }
  return { name, state: readState(finished.exitCode), detail };
}

function readState(exitCode: number | undefined): string {
  switch (exitCode) {
    case 0:
      return 'running';
    case 1:
    case 2:
    case 32:
      return 'failed';
    case 3:
      return 'stopped';
    default:
      return 'unknown';
  }
}
