import type { DataAnswer } from '../../../src/core/data-functions.ts';
import type { PackageState } from '../../../src/core/host/package-backend.ts';
import { compilePattern } from '../../../src/core/regex.ts';
import type { DataBackends } from './data-backends.ts';

/** What a package that is not there has in place of a version. */
const NO_VERSION: ReadonlySet<string> = new Set(['', 'absent', 'purged']);

/** The status of a package that is wholly there; one that was left half-way has its version too. */
const INSTALLED = 'installed';

/** What `package('libc6')` knows: of each architecture that is there. What is not there has no version. */
export async function findPackages(
  name: string,
  { packages }: Pick<DataBackends, 'packages'>,
  signal: AbortSignal,
): Promise<DataAnswer> {
  if (packages === undefined) return {};
  const { order } = packages;
  const rows = await packages.status(name, signal);
  const installed = rows.filter(({ ensure }) => !NO_VERSION.has(ensure));
  const listOf = (read: (row: PackageState) => string): string[] => [...new Set(installed.map(read))];
  return {
    installed: installed.length > 0 && installed.every(({ status }) => status === INSTALLED),
    version: listOf(({ ensure }) => ensure).map((version) => ({ version, order })),
    status: [...new Set(rows.map(({ status }) => status))],
    arch: listOf(({ arch }) => arch).filter((arch) => arch !== ''),
  };
}

/** What `service('nginx')` knows. A service that is not there does not run. */
export async function findService(
  name: string,
  { services }: Pick<DataBackends, 'services'>,
  signal: AbortSignal,
): Promise<DataAnswer> {
  if (services === undefined) return {};
  const { state, isMissing, enabled } = await services.status(name, signal);
  const isUntold = state === 'unknown' && isMissing !== true;
  return { status: state, running: isUntold ? undefined : state === 'running', enabled };
}

/** What `process('^nginx')` knows. */
export async function findProcesses(
  pattern: string,
  { processes }: Pick<DataBackends, 'processes'>,
  signal: AbortSignal,
): Promise<DataAnswer> {
  if (processes === undefined) return {};
  const matches = compilePattern({ pattern });
  const { processes: all } = await processes.list(false, signal);
  // Thousands have few names: each is tried once.
  const wanted = new Set([...new Set(all.map(({ command }) => command))].filter(matches));
  const found = all.filter(({ command }) => wanted.has(command));
  const memory = found.reduce((sum, { memoryKb }) => sum + memoryKb, 0);
  return { running: found.length > 0, count: found.length, memory };
}
