import { distance } from 'fastest-levenshtein';

/** Longest word that is compared: a name that long is no typing mistake, and the comparison is quadratic. */
const MAX_LENGTH = 64;

/**
 * The known name closest to `word`, if it is close enough to be a typing mistake: about a third of its letters differ
 * at most, or one is the beginning or the end of the other.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    if (name.length > MAX_LENGTH) continue;
    const candidate = name.toLowerCase();
    const far = distance(wanted, candidate);
    const longest = Math.max(wanted.length, candidate.length);
    // Beyond a third, only where the words begin alike: `strat` is `start`, but `shell` is not `help`.
    const third = wanted[0] === candidate[0] ? Math.ceil(longest / 3) : Math.floor(longest / 3);
    const allowed = Math.max(1, third);
    const isPart = wanted.length >= 2 && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
    const isTail = candidate.length >= 3 && wanted.endsWith(candidate);
    if ((far <= allowed || isPart || isTail) && far < bestDistance) {
      best = name;
      bestDistance = far;
    }
  }
  return best;
}

/** The hint for a misspelt name: "did you mean `status`?", or the known names when none is close. */
export function suggest(word: string, known: readonly string[]): string {
  const match = nearest(word, known);
  if (match !== undefined) return askWhetherMeant([match]);
  if (known.length === 0) return 'none are known';
  return `known: ${known.join(', ')}`;
}

/** "did you mean `a`, `b` or `c`?"; one name at least. */
export function askWhetherMeant(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.at(-1);
  return `did you mean ${quoted.length === 1 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`}?`;
}
