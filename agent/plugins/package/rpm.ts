import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend, PackageState } from '../../../src/core/host/package-backend.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { withoutArch } from './package-state.ts';

const FORMAT = '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n';
const COUNT_FORMAT = '%{NAME}\\n';
/** Keys are kept in the package database, but are no packages. */
const KEY_PACKAGE = 'gpg-pubkey';
/** A hundred thousand packages. */
const MAX_LIST_BYTES = 8 * 1024 * 1024;

export interface RpmOptions {
  /** Directory with the database. Needed on Debian, whose rpm looks into the home directory. */
  readonly root?: string | undefined;
  /** Added to the environment of rpm. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Reads packages with rpm, which never writes here. */
export function createRpmBackend(runner: ProcessRunner, { root, environment }: RpmOptions = {}): PackageBackend {
  const rootArgs = root === undefined ? [] : ['--root', root];

  async function query(args: readonly string[], signal: AbortSignal): Promise<string> {
    const request = { file: 'rpm', args: ['-q', ...rootArgs, ...args], env: environment, signal };
    return requireAnswer(await runner.run({ ...request, maxOutputBytes: MAX_LIST_BYTES }), args.includes('-a'));
  }
  return {
    order: 'rpm',
    async status(name, signal) {
      return parseRpmStatus(name, await query([`--queryformat=${FORMAT}`, '--', name.replace(':', '.')], signal));
    },
    async count(signal) {
      const stdout = await query(['-a', `--queryformat=${COUNT_FORMAT}`], signal);
      return stdout.split('\n').filter((line) => line !== '' && line !== KEY_PACKAGE).length;
    },
    async list(signal) {
      const rows = parseRows(await query(['-a', `--queryformat=${FORMAT}`], signal));
      return rows.flatMap(({ name, ensure, arch }) => (name === KEY_PACKAGE ? [] : [{ name, version: ensure, arch }]));
    },
  };
}

function requireAnswer({ exitCode, stdout, stderr, truncated }: Finished, isAboutAll: boolean): string {
  if (truncated) throw new McoError('failed/rpm', 'rpm said more than can be read');
  if (exitCode === 0) return stdout;
  // Its exit code counts the names that are not installed; a database it can't read comes with an error.
  const error = stderr.split('\n').find((line) => line.startsWith('error:'));
  const isAnswer = error === undefined && !isAboutAll && / is not installed$/m.test(stdout);
  if (isAnswer && exitCode !== undefined) return stdout;
  throw new McoError('failed/rpm', `rpm failed: ${(error ?? stderr.trim()).slice(0, 300)}`);
}

/** The rows of `rpm -q` for one name, one for each version and architecture; one row `absent` when there is none. */
export function parseRpmStatus(name: string, stdout: string): readonly PackageState[] {
  const rows = parseRows(stdout);
  if (rows.length > 0) return rows;
  return [{ name: withoutArch(name), ensure: 'absent', arch: '', status: 'not-installed' }];
}

function parseRows(stdout: string): PackageState[] {
  return stdout.split('\n').flatMap((line) => {
    const [found, epoch, version, release, arch, ...more] = line.split('\t');
    if (found === undefined || arch === undefined || more.length > 0) return [];
    const prefix = epoch === '0' ? '' : `${epoch}:`;
    return [{ name: found, ensure: `${prefix}${version}-${release}`, arch, status: 'installed' }];
  });
}
