import { distance } from 'fastest-levenshtein';

/** Longer words are never a slip of the fingers from one of ours. */
const MAX_LENGTH = 64;

/**
 * Whether a word is a known name with one letter too much, missing, wrong or in the wrong place. Narrower than
 * `nearest`, which only suggests: `hello` may well be a name of its own, although there is `help`.
 */
export function isSlipOf(word: string, known: Iterable<string>): boolean {
  if (word.length > MAX_LENGTH) return false;
  for (const name of known) {
    const far = distance(word, name);
    if (far <= 1 || (far === 2 && sortLetters(word) === sortLetters(name))) return true;
  }
  return false;
}

const sortLetters = (word: string): string => [...word].sort((a, b) => (a < b ? -1 : 1)).join('');
