import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend } from '../../../src/core/host/package-backend.ts';

/** For a machine without dpkg and rpm: every question fails with that. */
export function createNoPackages(): PackageBackend {
  const fail = (): Promise<never> =>
    Promise.reject(new McoError('failed/not-installed', 'this node has neither dpkg nor rpm'));
  return { order: 'deb', status: fail, count: fail, list: fail };
}
