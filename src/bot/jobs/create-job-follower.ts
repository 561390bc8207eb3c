import type { AwaitedJobs } from '../../core/awaited-jobs.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import { findKnownAction } from '../approval/known-action.ts';
import type { Bot } from '../bot.ts';
import { findAwaited } from './find-awaited.ts';
import { createFollowedRun, FIRST_PAUSE_MS, type FollowedRun, LONGEST_MS } from './followed-run.ts';
import type { JobFollower } from './job-follower.ts';
import { lookAndTell, type Telling, tellNoRoom } from './tell-of-jobs.ts';

/** More than this nobody looks after at a time: it is said that `job show` does. */
const MAX_RUNS = 100;
const MAX_NODES = 20_000;

export interface FollowerParts extends Omit<Telling, 'bot' | 'signal'> {
  onProblem(problem: McoError): void;
}

/** What follows the jobs of a bot: one timer for each run, and one look after the other. */
export function createJobFollower(bot: Bot, { onProblem, ...parts }: FollowerParts): JobFollower {
  const { clock, store } = bot;
  const followed = new Map<string, FollowedRun>();
  const timers = new Map<string, () => void>();
  const looks = new Set<AbortController>();
  let isStopped = false;
  const report = (thrown: unknown): void => onProblem(toMcoError(thrown));

  function after(run: string, delayMs: number, act: () => void): void {
    if (!isStopped) timers.set(run, clock.after(delayMs, act));
  }

  function schedule(run: FollowedRun): void {
    after(run.run, run.nextPauseMs(clock.now()), () => {
      void tryTo((telling) => lookAndTell(telling, run)).finally(() =>
        run.nodes.size === 0 ? forget(run.run) : schedule(run),
      );
    });
  }

  /** Never rejects. */
  async function tryTo(act: (telling: Telling) => Promise<void>): Promise<void> {
    const look = new AbortController();
    looks.add(look);
    await act({ ...parts, bot, signal: look.signal }).catch(report);
    looks.delete(look);
  }

  function forget(run: string): void {
    timers.get(run)?.();
    timers.delete(run);
    followed.delete(run);
  }

  function start(jobs: AwaitedJobs): void {
    const known = followed.get(jobs.run);
    if (known !== undefined) return known.add(jobs);
    const run = createFollowedRun(jobs, { asking: bot.newId(), now: clock.now() });
    followed.set(jobs.run, run);
    schedule(run);
  }

  function hasRoom(count: number): boolean {
    const waiting = [...followed.values()].reduce((sum, { nodes }) => sum + nodes.size, 0);
    return followed.size < MAX_RUNS && waiting + count <= MAX_NODES;
  }

  return {
    async follow(ended) {
      const { run } = ended.header;
      const nodes = findAwaited(ended, findKnownAction(bot, ended));
      if (nodes.length === 0 || isStopped) return;
      if (!followed.has(run) && !hasRoom(nodes.length)) {
        // When its end is told.
        after(run, FIRST_PAUSE_MS, () => {
          void tryTo((telling) => tellNoRoom(telling, run, nodes)).finally(() => forget(run));
        });
        return;
      }
      const jobs = { run, nodes, until: clock.now() + LONGEST_MS };
      await store.jobs.add(jobs).catch(report);
      start(jobs);
    },
    drop(run, nodes) {
      const known = followed.get(run);
      const gone = nodes.filter((node) => known?.nodes.has(node) === true);
      if (known === undefined || gone.length === 0) return;
      known.drop(gone);
      void store.jobs.settle(run, gone).catch(report);
    },
    async resume() {
      for (const jobs of await store.jobs.all()) start(jobs);
    },
    stop() {
      isStopped = true;
      for (const look of looks) look.abort();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
