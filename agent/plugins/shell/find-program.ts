import { McoError } from '../../../src/core/errors.ts';
import type { HostFiles } from '../../../src/core/host/host-files.ts';
import { coversPath, isNormalisedPath } from '../../../src/core/host/path-glob.ts';

/** Where a program without a path is looked for; the same that the process runner and the spool use. */
const DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * The program that a command names, as an absolute path. INVARIANT: what is checked against the node's list is what runs.
 *
 * @param allowed globs; undefined: any
 * @throws McoError `failed/bad-command`, `failed/not-installed`, `failed/not-configured`
 */
export async function findProgram(
  name: string,
  { files, allowed, signal }: { files: HostFiles; allowed: readonly string[] | undefined; signal: AbortSignal },
): Promise<string> {
  const path = await locate(name, files, signal);
  if (allowed === undefined || coversPath(allowed, path)) return path;
  throw new McoError('failed/not-configured', `this node does not run \`${path}\``, {
    hint: 'its configuration lists what it runs under `shell: {commands: [...]}`',
  });
}

async function locate(name: string, files: HostFiles, signal: AbortSignal): Promise<string> {
  if (name.includes('/')) {
    if (isNormalisedPath(name)) return name;
    throw new McoError('failed/bad-command', `\`${name}\` is not an absolute path without dots`);
  }
  for (const directory of DIRECTORIES) {
    const path = `${directory}/${name}`;
    if ((await files.look(path, signal)) !== undefined) return path;
  }
  throw new McoError('failed/not-installed', `\`${name}\` is not installed on this node`);
}
