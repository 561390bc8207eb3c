import type { AgentDescription } from '../../core/agent-description.ts';
import type { AgentVersion } from '../../core/learned-agent.ts';
import { countAsWrites, mergeStrictly } from './merge-strictly.ts';

/** Nodes that say the same of their agent. */
export interface Variant extends Omit<AgentVersion, 'nodes'> {
  /** Each node once, and in one variant only. */
  readonly nodes: readonly string[];
}

/** What is believed of an agent, if anything, and why not more, for the record. */
export interface Weighed {
  readonly description?: AgentDescription | undefined;
  readonly reason?: string | undefined;
}

/**
 * What counts of the descriptions that were had.
 *
 * INVARIANT: what is believed is never looser than what most nodes say. Nothing is learned when more nodes claim a
 * description that could not be had than any that was, nor unless those that were had are those of more than half of the
 * nodes: then at least one of them says what a majority says, and the stricter word wins. Where any description could not
 * be had, every action counts as a write.
 *
 * @param variants all that nodes claim, most frequent first
 * @param found by digest
 */
export function weighVariants(variants: readonly Variant[], found: ReadonlyMap<string, AgentDescription>): Weighed {
  const known = variants.filter(({ digest }) => found.has(digest));
  const missing = variants.filter(({ digest }) => !found.has(digest));
  const [first, ...others] = known.flatMap(({ digest }) => found.get(digest) ?? []);
  if (variants.length === 0) return {};
  const reason = `of ${variants.length} descriptions that nodes claim, ${missing.length} could not be had`;
  const isOutvoted = (missing[0]?.nodes.length ?? 0) > (known[0]?.nodes.length ?? 0);
  if (first === undefined || isOutvoted || countNodes(known) <= countNodes(missing)) {
    return { reason: `${reason}: what ${countNodes(known)} of ${countNodes(variants)} nodes say is not enough` };
  }
  const description = mergeStrictly(first, others);
  if (missing.length === 0) return { description };
  return { description: countAsWrites(description), reason: `${reason}: every action counts as a write` };
}

const countNodes = (variants: readonly Variant[]): number => variants.reduce((sum, { nodes }) => sum + nodes.length, 0);
