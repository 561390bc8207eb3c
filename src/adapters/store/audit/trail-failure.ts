import { dirname } from 'node:path';
import { McoError } from '../../../core/errors.ts';

/** What people can do about it, by the beginning of SQLite's result code (https://www.sqlite.org/rescode.html). */
const HINTS: readonly (readonly [code: string, hint: string])[] = [
  ['SQLITE_FULL', 'make room on its disk: without a record nothing is done'],
  ['SQLITE_BUSY', 'another program keeps it locked; without a record nothing is done'],
  ['SQLITE_NOTADB', 'name another path, or put back the file that was there'],
  ['SQLITE_CORRUPT', 'keep the file as it is, as evidence, and move it away together with its checkpoints'],
  ['SQLITE_READONLY', 'the bot must own the file and its directory'],
  ['SQLITE_CANTOPEN', 'the bot must own the file and its directory'],
  ['SQLITE_CONSTRAINT', '`mcobot audit verify` says what is wrong with it'],
];

const DEFAULT_HINT = 'look at the disk it is on: without a record nothing is done';

/** Anything that went wrong with the trail's file, as `failed/audit` with a hint. */
export function describeTrailFailure(path: string, thrown: unknown): McoError {
  if (thrown instanceof McoError && thrown.code === 'failed/audit') return thrown;
  const origin = thrown instanceof McoError && thrown.cause !== undefined ? thrown.cause : thrown;
  const { code } = (origin ?? {}) as { readonly code?: unknown };
  const said = origin instanceof Error ? origin.message : String(origin);
  const why = code === 'ENOENT' ? `its directory ${dirname(path)} does not exist` : said;
  const known = HINTS.find(([start]) => typeof code === 'string' && code.startsWith(start))?.[1];
  const hint = known ?? (thrown instanceof McoError ? thrown.hint : undefined) ?? DEFAULT_HINT;
  return new McoError('failed/audit', `the audit trail ${path}: ${why}`, { hint, cause: thrown });
}
