import { McoError } from '../../../src/core/errors.ts';
import type { FileState, HostFiles } from '../../../src/core/host/host-files.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Whether a path leads where it says, and goes on doing so: no link on the way, and no directory in which anybody but
 * root could put one between this look and the change.
 *
 * @throws McoError `failed/no-such-directory`, `failed/unsafe-path`
 */
export async function requireWritable(files: HostFiles, path: string, signal: AbortSignal): Promise<void> {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const real = await files.resolve(parent, signal);
  if (real === undefined) throw new McoError('failed/no-such-directory', `there is no directory \`${parent}\``);
  if (real !== parent) {
    throw new McoError('failed/unsafe-path', `there is a link on the way to \`${path}\``, {
      hint: `it leads to \`${real}\``,
    });
  }
  for (const directory of listDirectories(parent)) {
    const state = await files.look(directory, signal);
    if (state?.type !== 'directory' || !isKeptByRoot(state)) {
      throw new McoError(
        'failed/unsafe-path',
        `\`${directory}\` belongs to others than root, or others may write to it`,
        {
          hint: 'files are changed only below directories that root alone changes',
        },
      );
    }
  }
}

/** In a sticky directory people write, and can't touch what is root's. */
function isKeptByRoot({ uid, mode }: FileState): boolean {
  const bits = Number.parseInt(mode, 8);
  return uid === 0 && ((bits & GROUP_OR_OTHERS_WRITE) === 0 || (bits & STICKY) !== 0);
}

/** `/srv/a`: `/`, `/srv`, `/srv/a`. */
function listDirectories(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)];
}
