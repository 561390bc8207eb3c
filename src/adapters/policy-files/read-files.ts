import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { McoError } from '../../core/errors.ts';

const MAX_FILES = 100;
const MAX_BYTES = 4 * 1024 * 1024;

/** A policy file: `name` is its base name, which rules and errors show. */
export interface FileText {
  readonly name: string;
  readonly text: string;
}

/**
 * The `*.yaml` and `*.yml` files of a directory, in letters of either case, not of those below it, in the order of their names.
 *
 * @throws McoError `usage/bad-file`
 */
export function listFiles(dir: string): string[] {
  refuseOpen(dir);
  const names = readOr(dir, () => readdirSync(dir)).filter((name) => /^[^.].*\.ya?ml$/i.test(name));
  if (names.length > MAX_FILES) {
    throw new McoError('usage/bad-file', `${dir} holds more than ${MAX_FILES} policy files`);
  }
  return names.sort().map((name) => join(dir, name));
}

/**
 * One file, in a directory that only some may write.
 *
 * @throws McoError `usage/bad-file`
 */
export function readFile(path: string): FileText {
  const stat = readOr(path, () => statSync(path));
  if (!stat.isFile()) throw new McoError('usage/bad-file', `${path} is not a regular file`);
  for (const open of [path, dirname(path)]) refuseOpen(open);
  if (stat.size > MAX_BYTES) throw new McoError('usage/bad-file', `${path} is larger than ${MAX_BYTES} bytes`);
  const bytes = readOr(path, () => readFileSync(path));
  try {
    return { name: basename(path), text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new McoError('usage/bad-file', `${path} is not UTF-8 text`, { cause });
  }
}

/**
 * INVARIANT: what every user of the machine may write decides nothing; nor does what lies in a directory into which
 * everybody may put files, sticky or not.
 */
function refuseOpen(path: string): void {
  const { mode } = readOr(path, () => statSync(path));
  if ((mode & 0o002) === 0) return;
  throw new McoError('usage/bad-file', `every user may write ${path}`, { hint: `chmod o-w ${path}` });
}

function readOr<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new McoError('usage/bad-file', `${path} can't be read (${why})`, { cause });
  }
}
