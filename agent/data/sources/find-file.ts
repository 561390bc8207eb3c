import type { DataAnswer, DataCall } from '../../../src/core/data-functions.ts';
import type { FileState } from '../../../src/core/host/host-files.ts';
import type { DataBackends } from './data-backends.ts';

const ALGORITHMS = ['md5', 'sha256'] as const;

/**
 * What `fstat('/etc/hosts')` knows. A file is read only for a checksum that somebody asks for.
 *
 * @param argument a path as `locatePath` tells it
 */
export async function findFile(
  { argument: path = '/', fields }: Pick<DataCall, 'argument' | 'fields'>,
  { files, now }: Pick<DataBackends, 'files' | 'now'>,
  signal: AbortSignal,
): Promise<DataAnswer> {
  if (files === undefined) return {};
  const state = await files.inspect(path, signal);
  if (state === undefined) return { name: path, present: false };
  const digests: Record<string, string | undefined> = {};
  for (const algorithm of state.type === 'file' ? ALGORITHMS : []) {
    if (fields.has(algorithm)) digests[algorithm] = await files.digest(path, algorithm, signal);
  }
  const { type, size, mode, uid, gid, user, group } = state;
  return {
    name: path,
    present: true,
    type,
    size,
    mode,
    uid,
    gid,
    user,
    group,
    ...describeTimes(state, now()),
    ...digests,
  };
}

function describeTimes({ modifiedAt, changedAt, accessedAt }: FileState, now: number): DataAnswer {
  const moments = Object.entries({ mtime: modifiedAt, ctime: changedAt, atime: accessedAt });
  return Object.fromEntries(
    moments.flatMap(([name, at]) => [
      [name, Math.floor(at / 1000)],
      [`${name}_age`, Math.floor((now - at) / 1000)],
    ]),
  );
}
