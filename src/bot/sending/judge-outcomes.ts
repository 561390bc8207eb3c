import type { Options, Share, Threshold } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { Tally } from '../collecting/tally.ts';

/** Why nothing further may be sent. */
export type Stop =
  /** A threshold was exceeded: what happened, for people. */
  | { readonly over: string }
  /** Whoever asked may not do this any more. */
  | { readonly denied: McoError };

export interface Judge {
  /**
   * Looks at nodes when they are closed, each once, and says what is too much.
   *
   * @returns what happened, for people, when nothing further may be sent
   */
  look(nodes: readonly string[]): string | undefined;
  /** Whether it would be too much if so many more did not do well. */
  couldBeOver(open: number): boolean;
}

/** INVARIANT: every node that is put to it counts once, whoever asked it and before which restart. */
export function createJudge(
  { canary, maxFail, maxSilent }: Pick<Options, 'canary' | 'maxFail' | 'maxSilent'>,
  tally: Tally,
): Judge {
  const total = tally.targeted;
  let isFirst = true;
  let failed = 0;
  let silent = 0;
  const look = (nodes: readonly string[]): string | undefined => {
    const isCanary = canary !== undefined && isFirst;
    isFirst = false;
    const outcomes = nodes.map((node) => tally.outcomeOf(node));
    const good = outcomes.filter((outcome) => outcome === 'ok').length;
    const quiet = outcomes.filter((outcome) => outcome === 'silent').length;
    silent += quiet;
    // Whoever could not be asked, or may have done anything, has not done well either.
    failed += nodes.length - good - quiet;
    if (isCanary && good < nodes.length) {
      return `${nodes.length - good} of ${nodes.length} did not do well (--canary ${canary})`;
    }
    if (isOver(failed, maxFail, total)) return `${failed} of ${total} failed (--max-fail ${format(maxFail)})`;
    if (isOver(silent, maxSilent, total)) {
      return `${silent} of ${total} stayed silent (--max-silent ${format(maxSilent)})`;
    }
    return undefined;
  };
  return {
    look,
    couldBeOver: (open) => isOver(failed + open, maxFail, total) || isOver(silent + open, maxSilent, total),
  };
}

const HINTS = {
  kept: '`--nodes last:open` asks the rest, and those that did not end well',
  gone: 'give the command again, with a filter for the rest; `--json` names them',
};

/**
 * What people are told of a run that was stopped on its way; nothing where nobody was left to be asked.
 *
 * @param isKept whether a later command can be about this run
 */
export function describeStop(
  stop: Stop | undefined,
  { left, isKept, between }: { readonly left: number; readonly isKept: boolean; readonly between: string },
): McoError | undefined {
  if (stop === undefined || left === 0) return undefined;
  const rest = left === 1 ? 'one node was' : `${left} nodes were`;
  if ('denied' in stop) {
    const { code, message, rules, hint } = stop.denied;
    return new McoError(code, `stopped ${between}, ${rest} not asked: ${message}`, { rules, hint });
  }
  return new McoError('failed/over-threshold', `stopped after ${stop.over}: ${rest} not asked`, {
    hint: isKept ? HINTS.kept : HINTS.gone,
  });
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
