import { fork } from 'node:child_process';
import type { FleetAnswer, FleetOrder } from './fleet-messages.ts';

/** The virtual nodes, in another process. */
export interface Fleet {
  /** Lines for `known_hosts`. */
  readonly knownHosts: readonly string[];
  readonly identities: readonly string[];
  /** Whether the nodes check requests and sign replies. */
  setChecks(on: boolean): Promise<void>;
  usage(): Promise<{ readonly cpuMs: number; readonly rssBytes: number }>;
  stop(): Promise<void>;
}

type Answer<D extends FleetAnswer['done']> = Extract<FleetAnswer, { done: D }>;

const STOP_MS = 5000;
/** Thousands of nodes in one process fill the young heap as no single one does. */
const YOUNG_HEAP = '--max-semi-space-size=64';

/** Resolves when every node is connected and subscribed. */
export async function startFleet(order: Extract<FleetOrder, { order: 'start' }>): Promise<Fleet> {
  // The compiled file's name: the compiler does not rewrite URLs. Options such as --cpu-prof are handed on.
  const child = fork(new URL('./fleet-process.js', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...process.execArgv, YOUNG_HEAP],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  function ask<D extends FleetOrder['order']>(what: Extract<FleetOrder, { order: D }>): Promise<Answer<D>> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error('the process of the fleet ended'));
      child.once('exit', fail);
      child.once('message', (answer: FleetAnswer) => {
        child.off('exit', fail);
        if (answer.done === 'failed') reject(new Error(`the fleet failed: ${answer.reason}`));
        else resolve(answer as Answer<D>);
      });
      child.send(what);
    });
  }

  async function stop(): Promise<void> {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(kill, STOP_MS);
    await ask<'stop'>({ order: 'stop' }).catch(kill);
    await gone;
    clearTimeout(timer);
  }

  try {
    const { knownHosts, identities } = await ask<'start'>(order);
    return {
      knownHosts,
      identities,
      setChecks: async (on) => void (await ask<'check'>({ order: 'check', on })),
      usage: () => ask<'usage'>({ order: 'usage' }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
