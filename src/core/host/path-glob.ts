import { matchesGlob } from '../match-glob.ts';

/** An absolute path without `.`, `..`, empty parts or a slash at its end: it says where it leads. */
export function isNormalisedPath(path: string): boolean {
  if (!path.startsWith('/') || path.includes('\0')) return false;
  return path
    .split('/')
    .slice(1)
    .every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Whether a glob of a node's configuration covers a path. `*` stands for any characters but a slash, `**` as a part of
 * its own for any number of parts; nothing else is special. INVARIANT: only a normalised path is covered by anything.
 */
export function coversPath(globs: readonly string[], path: string): boolean {
  if (!isNormalisedPath(path)) return false;
  const parts = path.split('/');
  return globs.some((glob) => matchesParts(glob.split('/'), parts));
}

/** Part by part; of several `**` only the last one that was tried goes on growing, so time is bounded. */
function matchesParts(glob: readonly string[], parts: readonly string[]): boolean {
  let [g, p] = [0, 0];
  let retry: { readonly glob: number; part: number } | undefined;
  while (p < parts.length) {
    const wanted = glob[g];
    if (wanted === '**') {
      retry = { glob: g + 1, part: p };
      g += 1;
    } else if (wanted !== undefined && matchesGlob(wanted, parts[p] ?? '')) {
      g += 1;
      p += 1;
    } else if (retry !== undefined) {
      retry.part += 1;
      g = retry.glob;
      p = retry.part;
    } else {
      return false;
    }
  }
  return glob.slice(g).every((rest) => rest === '**');
}
