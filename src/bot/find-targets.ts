import type { Filter } from '../core/filter.ts';
import type { NodeResult } from '../core/report.ts';
import type { Bot } from './bot.ts';
import type { Run } from './compose-request.ts';
import { discoverNodes } from './discover-nodes.ts';
import { limitNodes } from './pick-nodes.ts';

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
  /** Call when the run is over. */
  close(): void;
}

/**
 * Freezes the list of nodes. Nodes that were named one by one are taken as they are, so that one that is down shows
 * as silent; otherwise discovery finds them.
 *
 * @throws McoError `unreachable/*`
 */
export async function findTargets(
  bot: Bot,
  run: Run,
  watch: { onFound: (count: number) => void; signal: AbortSignal },
): Promise<Targets> {
  const { limit, limitSeed, batch } = run.line.options;
  const named = namedNodes(run.filter);
  if (named !== undefined) {
    return {
      nodes: limitNodes(named, limit, limitSeed),
      broadcast: false,
      discovered: [],
      unexpected: () => [],
      close: () => {},
    };
  }
  const { results, unexpected, close } = await discoverNodes(bot, run, watch);
  const nodes = limitNodes(
    results.map(({ node }) => node),
    limit,
    limitSeed,
  );
  const broadcast = run.ask.effect === 'read' && limit === undefined && batch === undefined;
  return { nodes: [...nodes].sort(), broadcast, discovered: results, unexpected, close };
}

/** The identities, when the filter is nothing but a list of them. */
function namedNodes({ facts, classes, where, identities }: Filter): readonly string[] | undefined {
  if (facts.length + classes.length + where.length > 0 || identities.length === 0) return undefined;
  const names = identities.flatMap((test) => ('is' in test ? [test.is] : []));
  return names.length === identities.length ? [...new Set(names)] : undefined;
}
