import type { Options, Share, Threshold } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import { countOf } from './pick-nodes.ts';
import type { Tally } from './tally.ts';

type WaveOptions = Pick<Options, 'batch' | 'canary' | 'maxFail' | 'maxSilent'>;

/** The waves of `--canary` and `--batch`; all at once without them. A share is one of all nodes. */
export function splitIntoWaves(
  nodes: readonly string[],
  { batch, canary = 0 }: Pick<WaveOptions, 'batch' | 'canary'>,
): readonly (readonly string[])[] {
  const rest = nodes.slice(canary);
  const size = batch === undefined ? rest.length : countOf(batch, nodes.length);
  const waves = Array.from({ length: Math.ceil(rest.length / Math.max(1, size)) }, (_, wave) =>
    rest.slice(wave * size, (wave + 1) * size),
  );
  return canary === 0 ? waves : [nodes.slice(0, canary), ...waves];
}

/** What people are told when it was decided between two waves that nothing further is sent. */
export function describeStop({ code, message, rules, hint }: McoError, left: number): McoError {
  const rest = left === 1 ? 'one node was' : `${left} nodes were`;
  return new McoError(code, `stopped between two waves, ${rest} not asked: ${message}`, { rules, hint });
}

/** Looks at each wave when it is over, and says whether another one may follow. */
export interface WaveJudge {
  /**
   * @param nodes of the wave, all of which are closed
   * @returns why nothing further may be sent
   */
  judge(nodes: readonly string[]): McoError | undefined;
}

interface Judged {
  readonly options: WaveOptions;
  readonly tally: Tally;
  /** Whether a later command can be about this run. */
  readonly isKept: boolean;
}

const HINTS = {
  kept: '`--nodes last:open` asks the rest, and those that did not end well',
  gone: 'give the command again, with a filter for the rest; `--json` names them',
};

export function createWaveJudge({ options, tally, isKept }: Judged): WaveJudge {
  const { canary, maxFail, maxSilent } = options;
  const total = tally.targeted;
  let asked = 0;
  let failed = 0;
  let silent = 0;
  const stop = (what: string): McoError => {
    const left = total - asked;
    const rest = left === 1 ? 'one node was' : `${left} nodes were`;
    return new McoError('failed/over-threshold', `stopped after ${what}: ${rest} not asked`, {
      hint: isKept ? HINTS.kept : HINTS.gone,
    });
  };
  return {
    judge(nodes) {
      const isCanary = canary !== undefined && asked === 0;
      asked += nodes.length;
      const outcomes = nodes.map((node) => tally.outcomeOf(node));
      const good = outcomes.filter((outcome) => outcome === 'ok').length;
      const quiet = outcomes.filter((outcome) => outcome === 'silent').length;
      silent += quiet;
      // Whoever could not be asked, or may have done anything, has not done well either.
      failed += nodes.length - good - quiet;
      if (isCanary && good < nodes.length) {
        return stop(`${nodes.length - good} of ${nodes.length} did not do well (--canary ${canary})`);
      }
      if (isOver(failed, maxFail, total)) return stop(`${failed} of ${total} failed (--max-fail ${format(maxFail)})`);
      if (isOver(silent, maxSilent, total)) {
        return stop(`${silent} of ${total} stayed silent (--max-silent ${format(maxSilent)})`);
      }
      return undefined;
    },
  };
}

function isOver(count: number, most: Threshold | undefined, total: number): boolean {
  if (most === undefined) return false;
  // Not rounded: 5% of 145 are 7.25, so the eighth is too many.
  return 'count' in most ? count > most.count : count * 100 > most.percent * total;
}

function format(share: Share | undefined): string {
  if (share === undefined) return '';
  return 'count' in share ? String(share.count) : `${share.percent}%`;
}
