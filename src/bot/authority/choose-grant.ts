import { McoError } from '../../core/errors.ts';
import { judgeGrant } from '../../policy/judge-grant.ts';
import type { Grant, Verdict } from '../../policy/policy.ts';
import type { Bot } from '../bot.ts';
import type { DecidedWish, Wish } from '../compose-request.ts';
import { findTargets, NO_TARGETS, type Targets } from '../targets/find-targets.ts';

/** What one grant comes to. */
export interface Choice {
  /** Narrowed to the nodes that the grant is for, and that no denial is for. */
  readonly run: Wish;
  readonly targets: Targets;
  /** The grant's word on these nodes. */
  readonly verdict: Verdict;
}

interface Watch {
  onFound(count: number): void;
  readonly signal: AbortSignal;
}

/**
 * From several grants to the one that a run uses, and its nodes. The widest comes first: what it allows without being
 * bound to certain nodes nobody can better. Else the one that reaches the most nodes, at once before by approval.
 * INVARIANT: one grant's conditions are never mixed with another's.
 *
 * @throws McoError `unreachable/*`, `failed/cancelled`
 */
export async function chooseGrant(bot: Bot, wish: DecidedWish, watch: Watch): Promise<Choice> {
  const found = new Map<string | undefined, Targets>();
  const choices: Choice[] = [];
  try {
    for (const grant of wish.decision.grants) {
      const run = narrowWish(wish, grant);
      const choice = await tryGrant(bot, { run, grant, found }, watch);
      choices.push(choice);
      if (choice.verdict.outcome === 'allow' && grant.nodes === undefined) break;
    }
    const best = choices.reduce<Choice | undefined>(pickBetter, undefined);
    if (best === undefined) throw new McoError('bug/no-grant', 'it is allowed by no rule');
    for (const targets of found.values()) if (targets !== best.targets) targets.close();
    return { ...best, targets: keepCount(best) };
  } catch (thrown) {
    for (const targets of found.values()) targets.close();
    throw thrown;
  }
}

/** INVARIANT: where it matters how many are asked, nobody is who was not counted: a broadcast reaches late ones too. */
function keepCount({ run: { grant }, targets }: Choice): Targets {
  const isCounted = grant?.maxNodes !== undefined || grant?.approval !== undefined;
  return isCounted ? { ...targets, broadcast: false } : targets;
}

/** Adds to the filter what the grant and the denials say of nodes: every node checks it again. */
export function narrowWish(wish: DecidedWish, grant: Grant): Wish {
  const { filter, decision } = wish;
  const { nodes } = grant;
  const allowed = nodes === undefined ? [] : [nodes.expression];
  const denied = decision.excluded.map(({ expression }) => ({ not: expression }));
  return { ...wish, filter: { ...filter, where: [...filter.where, ...allowed, ...denied] }, grant };
}

interface Trial {
  readonly run: Wish;
  readonly grant: Grant;
  /** What discovery found already, by the nodes it was for. */
  readonly found: Map<string | undefined, Targets>;
}

async function tryGrant(bot: Bot, { run, grant, found }: Trial, watch: Watch): Promise<Choice> {
  const { isNarrowed, options } = run;
  const judge = (count: number): Verdict => judgeGrant(grant, { count, isNarrowed });
  const early = judge(0);
  // Nobody has to be looked for where it makes no difference who is there; a preview wants to know all the same.
  if (early.outcome === 'deny' && options.preview !== true) return { run, targets: NO_TARGETS, verdict: early };
  const key = grant.nodes?.text;
  const targets = found.get(key) ?? (await findTargets(bot, run, watch));
  found.set(key, targets);
  return { run, targets, verdict: judge(targets.nodes.length) };
}

/** Where both are alike the first one stays: it is the wider grant. */
function pickBetter(best: Choice | undefined, next: Choice): Choice {
  if (best === undefined) return next;
  const [bestRank, nextRank] = [rankOf(best), rankOf(next)];
  if (bestRank !== nextRank) return nextRank > bestRank ? next : best;
  if (bestRank !== REACHES) return best;
  const more = next.targets.nodes.length - best.targets.nodes.length;
  if (more !== 0) return more > 0 ? next : best;
  return best.verdict.outcome !== 'allow' && next.verdict.outcome === 'allow' ? next : best;
}

const REACHES = 2;

/** A grant that nobody is there for must not hide the denial by one that somebody is. */
function rankOf({ verdict, targets }: Choice): number {
  if (verdict.outcome === 'deny') return 1;
  return targets.nodes.length > 0 ? REACHES : 0;
}
