import { realpathSync } from 'node:fs';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { readCheckedYaml } from '../core/checked-yaml.ts';
import { McoError } from '../core/errors.ts';

/** A path in a configuration file: relative ones start at that file's directory, `~/` at the home directory. */
export const pathSchema = v.pipe(v.string(), v.minLength(1, 'a path is expected'), v.maxLength(4096));

export interface Config<T> {
  readonly value: T;
  /** A path of the file as an absolute one. */
  resolvePath(path: string): string;
}

/**
 * Reads a YAML configuration file against its schema.
 *
 * @throws McoError `usage/no-config`, `usage/bad-file`
 */
export async function loadConfig<T>(schema: v.GenericSchema<unknown, T>, file: string): Promise<Config<T>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new McoError('usage/no-config', `the configuration file ${file} can't be read (${codeOf(cause)})`, {
      hint: 'name another one with --config FILE',
      cause,
    });
  });
  const directory = dirname(resolve(file));
  return {
    value: readCheckedYaml(schema, text, file).value,
    resolvePath: (path) => resolve(directory, expandHome(path)),
  };
}

/**
 * Refuses settings that name one file twice, by whatever way.
 *
 * @param named the settings with their absolute paths
 * @throws McoError `usage/bad-file`
 */
export function requireDistinctFiles(named: readonly (readonly [setting: string, path: string])[]): void {
  const taken = new Map<string, string>();
  for (const [setting, path] of named) {
    const real = followLinks(path);
    const other = taken.get(real);
    if (other !== undefined) {
      throw new McoError('usage/bad-file', `\`${other}\` and \`${setting}\` are one file: ${path}`, {
        hint: 'each of them needs a file of its own',
      });
    }
    taken.set(real, setting);
  }
}

/** Where a path leads; a file that is not there yet is looked for by its directory. */
function followLinks(path: string): string {
  for (const [known, rest] of [[path, ''] as const, [dirname(path), basename(path)] as const]) {
    try {
      return join(realpathSync(known), rest);
    } catch {
      // It is made when it is first written.
    }
  }
  return path;
}

/**
 * A text file that a configuration names.
 *
 * @throws McoError `usage/bad-file`
 */
export async function readNamedFile(path: string, what: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new McoError('usage/bad-file', `${what} ${path} can't be read (${codeOf(cause)})`, { cause });
  });
}

/**
 * The first line of a file that others may not read: a passcode, a passphrase.
 *
 * @throws McoError `usage/bad-file`, `usage/open-file`
 */
export async function readSecretFile(path: string, what: string): Promise<string> {
  const text = await readNamedFile(path, what);
  const { mode } = await stat(path);
  if ((mode & 0o007) !== 0) {
    throw new McoError('usage/open-file', `everybody may read ${what} ${path}`, { hint: `chmod 600 ${path}` });
  }
  return text.split(/\r?\n/)[0] ?? '';
}

/**
 * Every line of a file that others may not read, without the empty ones and without what follows a `#`.
 *
 * @throws McoError `usage/bad-file`, `usage/open-file`
 */
export async function readSecretLines(path: string, what: string): Promise<readonly string[]> {
  await readSecretFile(path, what);
  const lines = (await readNamedFile(path, what)).split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '');
}

/**
 * Whether a file can be made beside this path, without making it.
 *
 * @param what the setting that names it
 * @throws McoError `usage/bad-file`
 */
export async function requireWritableDirectory(path: string, what: string): Promise<void> {
  const directory = dirname(path);
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isDirectory) throw new McoError('usage/bad-file', `${what}: ${path} is a directory, and a file is expected`);
  await access(directory, constants.W_OK).catch((cause: unknown) => {
    throw new McoError('usage/bad-file', `${what}: nothing can be written in ${directory} (${codeOf(cause)})`, {
      cause,
    });
  });
}

const expandHome = (path: string): string => (path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path);

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'unknown error';
