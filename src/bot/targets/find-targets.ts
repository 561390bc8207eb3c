import type { Filter } from '../../core/filter.ts';
import type { NodeResult, UndecidedNode } from '../../core/report.ts';
import type { Bot } from '../bot.ts';
import type { Wish } from '../compose-request.ts';
import { discoverNodes } from './discover-nodes.ts';
import { limitNodes, windowOf } from './pick-nodes.ts';

/** Who will be asked, and how. */
export interface Targets {
  /** The frozen list. */
  readonly nodes: readonly string[];
  /** One broadcast that everybody on the list matches by the filter; else a request for each node alone. */
  readonly broadcast: boolean;
  /** What discovery already learnt, which is the whole answer to a `ping` or `find`. */
  readonly discovered: readonly NodeResult[];
  /** So far: nodes that answered discovery too late, or could not say whether they match. */
  unexpected(): readonly string[];
  /** So far: nodes that could not say whether they match. Left out: all could. */
  undecided?(): readonly UndecidedNode[];
  /** Call when the run is over. */
  close(): void;
}

/** Nobody was looked for. */
export const NO_TARGETS: Targets = listTargets([]);

/** A list that is known already: each of its nodes is asked alone. */
export function listTargets(nodes: readonly string[]): Targets {
  return { nodes: [...nodes].sort(), broadcast: false, discovered: [], unexpected: () => [], close: () => {} };
}

/**
 * Freezes the list of nodes. Nodes that were named one by one are taken as they are, so that one that is down shows
 * as silent; otherwise discovery finds them.
 *
 * @throws McoError `unreachable/*`
 */
export async function findTargets(
  bot: Bot,
  run: Wish,
  watch: { onFound: (count: number) => void; signal: AbortSignal },
): Promise<Targets> {
  const { limit, limitSeed, batch, canary } = run.options;
  const named = nodesByName(run);
  if (named !== undefined) return listTargets(named);
  const { results, unexpected, undecided, close } = await discoverNodes(bot, run, watch);
  const listed = run.named === undefined ? undefined : new Set(run.named);
  const found = results.map(({ node }) => node).filter((node) => listed === undefined || listed.has(node));
  const nodes = limitNodes(found, limit, limitSeed);
  const isAtOnce = batch === undefined && canary === undefined && windowOf(run) === undefined;
  const isEverybody = limit === undefined && isAtOnce && listed === undefined;
  const broadcast = run.ask.effect === 'read' && isEverybody;
  return {
    nodes: [...nodes].sort(),
    broadcast,
    discovered: results,
    unexpected,
    undecided: () => undecided().filter(({ node }) => listed === undefined || listed.has(node)),
    close,
  };
}

/**
 * The nodes that are asked without discovery: those of `--nodes`, or of a filter that is nothing but their names. With another
 * filter beside it, be it the policy's, discovery tells which of the listed nodes match.
 */
export function nodesByName(run: Wish): readonly string[] | undefined {
  const { limit, limitSeed } = run.options;
  const names = namesOf(run);
  return names && limitNodes(names, limit, limitSeed);
}

function namesOf({ named, typedFilter, filter }: Wish): readonly string[] | undefined {
  if (named === undefined) return identitiesOf(filter);
  const { facts, classes, identities, agents } = typedFilter;
  const { where } = filter;
  return facts.length + classes.length + where.length + identities.length + agents.length === 0 ? named : undefined;
}

function identitiesOf(filter: Filter): readonly string[] | undefined {
  const { facts, classes, where } = filter;
  return facts.length + classes.length + where.length > 0 ? undefined : exactNames(filter);
}

/** The nodes that a filter names, where it names them all in full; undefined where it does not. */
export function exactNames({ identities }: Pick<Filter, 'identities'>): readonly string[] | undefined {
  const names = identities.flatMap((test) => ('is' in test ? [test.is] : []));
  return names.length === 0 || names.length < identities.length ? undefined : [...new Set(names)];
}
