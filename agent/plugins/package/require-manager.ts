import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend, PackageManager } from '../../../src/core/host/package-backend.ts';

/** @throws McoError `failed/read-only` */
export function requireManager({ manager }: PackageBackend): PackageManager {
  if (manager !== undefined) return manager;
  throw new McoError('failed/read-only', 'packages can only be looked at on this node, not changed');
}
