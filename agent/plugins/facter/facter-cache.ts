import { McoError } from '../../../src/core/errors.ts';
import type { Facts, FactValue } from '../../../src/core/facts.ts';
import { firstLine } from '../../../src/core/first-line.ts';
import type { FactsBackend, TimedFacts } from '../../../src/core/host/facts-backend.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { limitSignal, untilAborted } from '../../../src/core/waiting.ts';

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
/** Facts travel inside a reply, which may be nested 32 deep. */
const MAX_DEPTH = 20;
const MAX_RUN_MS = 120_000;
/** `lsbmajdistrelease` and the like, which facter 3 and later leave out by default, and facter 2 has anyway. */
const LEGACY = '--show-legacy';

export interface FacterOptions {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  /** Program and arguments; `--json` is added. */
  readonly command: readonly [string, ...string[]];
  readonly legacy: boolean;
}

/**
 * facter's answer, remembered. It takes a second and 60 MB each time, so whoever asks while it runs shares the answer;
 * one who gives up leaves it running for the others, two minutes at most.
 */
export function createFacterCache({ runner, clock, command, legacy }: FacterOptions): FactsBackend {
  let known: TimedFacts | undefined;
  let underWay: Promise<TimedFacts> | undefined;
  let knowsLegacy = legacy;

  async function ask(signal: AbortSignal): Promise<Facts> {
    const [file, ...fixed] = command;
    const args = [...fixed, '--json', ...(knowsLegacy ? [LEGACY] : [])];
    const finished = await runner.run({ file, args, signal, maxOutputBytes: MAX_OUTPUT_BYTES });
    const isTooOld = knowsLegacy && finished.stdout.trim() === '' && finished.stderr.includes('show-legacy');
    if (!isTooOld) return parseFacter(finished);
    knowsLegacy = false;
    return ask(signal);
  }

  async function run(): Promise<TimedFacts> {
    const startedAt = clock.now();
    try {
      const facts = await limitSignal(clock, { limitMs: MAX_RUN_MS }, ask);
      known = { facts, at: clock.now(), elapsedMs: clock.now() - startedAt };
      return known;
    } finally {
      underWay = undefined;
    }
  }

  return {
    current: () => known,
    refresh(signal) {
      underWay ??= run();
      return untilAborted(underWay, signal, () => new McoError('failed/timeout', 'facter took too long'));
    },
  };
}

/**
 * Judged by what it says: where one fact can't be told, facter exits with 1 and all the others are good.
 *
 * @throws McoError `failed/facter`
 */
function parseFacter({ exitCode, stdout, stderr, truncated }: Finished): Facts {
  let value: unknown;
  try {
    value = JSON.parse(stdout);
  } catch (cause) {
    const why = truncated ? 'it said too much' : firstLine(stderr);
    throw facterFailed(why === '' ? `it told no facts (exit code ${exitCode ?? 'none'})` : why, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw facterFailed('it told no facts');
  const facts = value as Facts;
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => !isDeeperThan(fact, MAX_DEPTH)));
}

const facterFailed = (why: string, cause?: unknown): McoError =>
  new McoError('failed/facter', `facter failed: ${why}`, { cause });

function isDeeperThan(value: FactValue, depth: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return depth === 0 || Object.values(value).some((part) => isDeeperThan(part, depth - 1));
}
