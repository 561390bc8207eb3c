import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend, PackageState } from '../../../src/core/host.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
const FORMAT = '${binary:Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\n';
// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
const COUNT_FORMAT = '${db:Status-Abbrev}\\n';

/** The second letter of dpkg's status, as dpkg-query(1) lists them. */
const STATUS: Readonly<Record<string, string>> = {
  n: 'not-installed',
  c: 'config-files',
  H: 'half-installed',
  U: 'unpacked',
  F: 'half-configured',
  W: 'triggers-awaiting',
  t: 'triggers-pending',
  i: 'installed',
};

/** Reads packages with dpkg-query: some 10 ms, also while apt holds its lock. */
export function createDpkgBackend(runner: ProcessRunner): PackageBackend {
  async function query(format: string, names: readonly string[], signal: AbortSignal): Promise<Finished> {
    const args = ['-W', `--showformat=${format}`, '--', ...names];
    const finished = await runner.run({ file: 'dpkg-query', args, signal });
    // 1: a name is not known, which is an answer; 2: the database can't be read.
    if (finished.exitCode === 0 || finished.exitCode === 1) return finished;
    const why = finished.stderr.trim().split('\n')[0] ?? '';
    throw new McoError('failed/dpkg', `dpkg-query failed: ${why.slice(0, 300)}`);
  }
  return {
    async status(name, signal) {
      const { stdout } = await query(FORMAT, [name], signal);
      return parseDpkgStatus(name, stdout);
    },
    async count(signal) {
      const { stdout } = await query(COUNT_FORMAT, [], signal);
      return stdout.split('\n').filter((line) => /^.[iWt]/.test(line)).length;
    },
  };
}

/**
 * The rows of dpkg-query for one name: those that are installed; if none is, the one with configuration files (`absent`);
 * if there is nothing at all, one row `purged`. Removed packages keep a version, so the version alone says nothing.
 */
export function parseDpkgStatus(name: string, stdout: string): readonly PackageState[] {
  const rows = stdout.split('\n').flatMap((line) => parseRow(line) ?? []);
  const installed = rows.filter(({ ensure }) => ensure !== 'absent' && ensure !== 'purged');
  if (installed.length > 0) return installed;
  const removed = rows.find(({ ensure }) => ensure === 'absent');
  return [removed ?? { name: withoutArch(name), ensure: 'purged', arch: '', status: 'not-installed' }];
}

function parseRow(line: string): PackageState | undefined {
  const [name, version, arch, abbreviation] = line.split('\t');
  if (name === undefined || version === undefined || arch === undefined || abbreviation === undefined) return undefined;
  const status = STATUS[abbreviation.charAt(1)] ?? 'unknown';
  switch (status) {
    case 'not-installed':
      return { name: withoutArch(name), ensure: 'purged', arch: '', status };
    case 'config-files':
      return { name: withoutArch(name), ensure: 'absent', arch: '', status };
    default:
      return { name: withoutArch(name), ensure: version === '' ? 'absent' : version, arch, status };
  }
}

const withoutArch = (name: string): string => name.replace(/:.*$/, '');
