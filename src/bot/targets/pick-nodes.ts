import type { Ask, Options, Share } from '../../core/command.ts';

/** How many of `total` a share means: a percentage rounds down, but is never nothing. */
export function countOf(share: Share, total: number): number {
  const count = 'count' in share ? share.count : Math.floor((share.percent * total) / 100);
  return Math.min(total, Math.max(1, count));
}

/** How many nodes of a run may be at work at any time; undefined where it goes in waves. */
export const windowOf = ({ options, ask }: { readonly options: Options; readonly ask: Ask }): Share | undefined =>
  options.atOnce ?? ask.atOnce;

/** The nodes that `--limit` leaves: the first ones, or with a seed a choice that the same seed makes again. */
export function limitNodes(
  nodes: readonly string[],
  limit: Share | undefined,
  seed: number | undefined,
): readonly string[] {
  if (limit === undefined) return nodes;
  const ordered = seed === undefined ? nodes : shuffle([...nodes].sort(), seed);
  return ordered.slice(0, countOf(limit, nodes.length));
}

/** Fisher-Yates over a small linear congruential generator (Numerical Recipes' constants): repeatable, not secret. */
function shuffle(nodes: string[], seed: number): string[] {
  let state = seed >>> 0;
  for (let last = nodes.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [nodes[last], nodes[other]] = [nodes[other] as string, nodes[last] as string];
  }
  return nodes;
}
