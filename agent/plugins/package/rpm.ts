import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend, PackageState } from '../../../src/core/host.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';

const FORMAT = '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n';
const COUNT_FORMAT = '%{NAME}\\n';
/** Keys are kept in the package database, but are no packages. */
const KEY_PACKAGE = 'gpg-pubkey';

interface RpmOptions {
  /** Directory with the database. Needed on Debian, whose rpm looks into the home directory. */
  readonly root?: string;
}

/** Reads packages with rpm; it never writes. */
export function createRpmBackend(runner: ProcessRunner, { root }: RpmOptions = {}): PackageBackend {
  const rootArgs = root === undefined ? [] : ['--root', root];

  async function query(args: readonly string[], signal: AbortSignal): Promise<Finished> {
    const finished = await runner.run({ file: 'rpm', args: ['-q', ...rootArgs, ...args], signal });
    if (finished.exitCode === 0) return finished;
    // Its exit code counts the names that are not installed; a database it can't read comes with an error.
    const error = finished.stderr.split('\n').find((line) => line.startsWith('error:'));
    if (error === undefined && finished.exitCode !== undefined) return finished;
    throw new McoError('failed/rpm', `rpm failed: ${(error ?? finished.stderr.trim()).slice(0, 300)}`);
  }
  return {
    async status(name, signal) {
      const { stdout } = await query([`--queryformat=${FORMAT}`, '--', name.replace(':', '.')], signal);
      return parseRpmStatus(name, stdout);
    },
    async count(signal) {
      const { stdout } = await query(['-a', `--queryformat=${COUNT_FORMAT}`], signal);
      return stdout.split('\n').filter((line) => line !== '' && line !== KEY_PACKAGE).length;
    },
  };
}

/** The rows of `rpm -q` for one name, one for each version and architecture; one row `absent` when there is none. */
export function parseRpmStatus(name: string, stdout: string): readonly PackageState[] {
  const rows = stdout.split('\n').flatMap((line) => {
    const [found, epoch, version, release, arch, ...more] = line.split('\t');
    if (found === undefined || arch === undefined || more.length > 0) return [];
    const prefix = epoch === '0' ? '' : `${epoch}:`;
    return [{ name: found, ensure: `${prefix}${version}-${release}`, arch, status: 'installed' }];
  });
  if (rows.length > 0) return rows;
  return [{ name: name.replace(/:.*$/, ''), ensure: 'absent', arch: '', status: 'not-installed' }];
}
