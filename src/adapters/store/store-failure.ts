import { McoError } from '../../core/errors.ts';

/** What people can do about it, by the beginning of SQLite's result code (https://www.sqlite.org/rescode.html). */
const HINTS: readonly (readonly [code: string, hint: string])[] = [
  ['SQLITE_FULL', 'make room on its disk; nothing of what was written half is kept'],
  ['SQLITE_IOERR', 'look at the disk it is on; nothing of what was written half is kept'],
  ['SQLITE_NOTADB', 'move the file away to start with an empty store, or name another path'],
  ['SQLITE_CORRUPT', 'move the file away to start with an empty store: what ran before is forgotten then'],
  ['SQLITE_BUSY', 'stop the other bot first, or give this one a store of its own'],
  ['SQLITE_READONLY', 'the bot must own the file and its directory'],
  ['SQLITE_CANTOPEN', 'the bot must own the file and its directory'],
];

/** Anything that went wrong with a store, as `failed/store` with a hint. What is an `McoError` already stays as it is. */
export function describeStoreFailure(path: string, thrown: unknown): McoError {
  if (thrown instanceof McoError) return thrown;
  const code = readCode(thrown);
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = HINTS.find(([start]) => code.startsWith(start))?.[1];
  const message = code.startsWith('SQLITE_BUSY') ? `another bot uses the store ${path}` : `the store ${path}: ${why}`;
  return new McoError('failed/store', message, { hint, cause: thrown });
}

function readCode(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
