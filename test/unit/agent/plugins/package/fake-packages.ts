import type { McoError } from '../../../../../src/core/errors.ts';
import type {
  PackageBackend,
  PackageChange,
  PackageState,
  PackageStep,
} from '../../../../../src/core/host/package-backend.ts';

/** Packages that are only a list, and a manager that does what it is told to. */
export interface FakePackages extends PackageBackend {
  readonly rows: Map<string, PackageState>;
  /** What was to be changed, in order. */
  readonly changes: PackageChange[];
}

export interface FakeOptions {
  readonly installed?: Readonly<Record<string, string>>;
  readonly order?: 'deb' | 'rpm';
  /** What a change does; default nothing. */
  perform?(rows: Map<string, PackageState>): void;
  readonly steps?: readonly PackageStep[];
  readonly problem?: McoError;
}

export const row = (name: string, ensure: string, status = 'installed'): PackageState => ({
  ...{ name, ensure, arch: 'all', status },
});

export function createFakePackages(options: FakeOptions = {}): FakePackages {
  const { installed = {}, order = 'deb', perform, steps = [], problem } = options;
  const rows = new Map(Object.entries(installed).map(([name, ensure]) => [name, row(name, ensure)]));
  const changes: PackageChange[] = [];
  const work = {
    perform: () => {
      perform?.(rows);
      return Promise.resolve({ exitCode: 0 });
    },
  };
  return {
    rows,
    changes,
    order,
    status: (name) =>
      Promise.resolve([rows.get(name) ?? { name, ensure: 'purged', arch: '', status: 'not-installed' }]),
    count: () => Promise.resolve(rows.size),
    list: () => Promise.resolve([...rows.values()].map(({ name, ensure, arch }) => ({ name, version: ensure, arch }))),
    manager: {
      name: 'faketool',
      updates: () => Promise.resolve([{ package: 'alpha', from: '1', to: '2', repository: 'main' }]),
      rehearse: () => Promise.resolve(steps),
      change(change) {
        changes.push(change);
        return Promise.resolve(work);
      },
      refresh: () => Promise.resolve(work),
      explain: () => Promise.resolve(problem),
    },
  };
}
