import { McoError } from '../../../src/core/errors.ts';
import { firstLine } from '../../../src/core/first-line.ts';
import type { PackageBackend, PackageState } from '../../../src/core/host/package-backend.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { withoutArch } from './package-state.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
const FORMAT = '${binary:Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\n';
// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
const COUNT_FORMAT = '${db:Status-Abbrev}\\n';
/** A hundred thousand packages. */
const MAX_LIST_BYTES = 8 * 1024 * 1024;

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
/** Their abbreviations in a list: installed, whatever somebody wants to become of them. */
const INSTALLED = /^.[iWt]/;

export interface DpkgOptions {
  /** Added to the environment of dpkg-query: `DPKG_ADMINDIR` names another database. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Reads packages with dpkg-query: some 10 ms, also while apt holds its lock. */
export function createDpkgBackend(runner: ProcessRunner, { environment }: DpkgOptions = {}): PackageBackend {
  async function query(format: string, names: readonly string[], signal: AbortSignal): Promise<string> {
    const args = ['-W', `--showformat=${format}`, '--', ...names];
    const request = { file: 'dpkg-query', args, env: environment, signal, maxOutputBytes: MAX_LIST_BYTES };
    return requireAnswer(await runner.run(request));
  }
  return {
    order: 'deb',
    async status(name, signal) {
      return parseDpkgStatus(name, await query(FORMAT, [name], signal));
    },
    async count(signal) {
      return (await query(COUNT_FORMAT, [], signal)).split('\n').filter((line) => INSTALLED.test(line)).length;
    },
    async list(signal) {
      const lines = (await query(FORMAT, [], signal)).split('\n');
      return lines.flatMap((line) => {
        const [name = '', version = '', arch = '', abbreviation = ''] = line.split('\t');
        return INSTALLED.test(abbreviation) ? [{ name: withoutArch(name), version, arch }] : [];
      });
    },
  };
}

function requireAnswer({ exitCode, stdout, stderr, truncated }: Finished): string {
  if (truncated) throw new McoError('failed/dpkg', 'dpkg-query said more than can be read');
  // 1: a name is not known, which is an answer; 2: the database can't be read.
  if (exitCode === 0 || exitCode === 1) return stdout;
  throw new McoError('failed/dpkg', `dpkg-query failed: ${firstLine(stderr)}`);
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
