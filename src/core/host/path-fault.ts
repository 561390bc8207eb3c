import { McoError } from '../errors.ts';
import type { HostFiles } from './host-files.ts';
import { isNormalisedPath } from './path-glob.ts';

/** proc(5): links that lead to whatever a process has open, or sees as its root, by no path that could be compared. */
const MAGIC_LINK = /^\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/(?:root|cwd|exe|fd|map_files|ns)(?:\/|$)/;

/**
 * Why a path does not say where it leads, and so can't be compared with the globs of rules; undefined: it does, as far as
 * its text goes. INVARIANT: every path that somebody types is asked about here, before any rule is.
 */
export function findPathFault(path: string): string | undefined {
  if (path !== '/' && !isNormalisedPath(path))
    return 'it is not an absolute path without `.`, `..` and doubled slashes';
  if (MAGIC_LINK.test(path)) return 'it goes through a link of /proc, which leads anywhere';
  return undefined;
}

/**
 * Where a path leads on this machine: the links on the way to it followed, what stands at its end not.
 *
 * @throws McoError `failed/unsafe-path` where that is no path that rules could be for, and as `HostFiles` do
 */
export async function locatePath(files: Pick<HostFiles, 'locate'>, path: string, signal: AbortSignal): Promise<string> {
  const real = await files.locate(path, signal);
  requireSafe(real, path);
  return real;
}

/**
 * @param real where `path` turned out to lead
 * @throws McoError `failed/unsafe-path`
 */
export function requireSafe(real: string, path: string): void {
  const fault = findPathFault(real);
  if (fault !== undefined) throw new McoError('failed/unsafe-path', `where \`${path}\` leads: ${fault}`);
}
