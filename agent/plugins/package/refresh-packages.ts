import type { PackageBackend } from '../../../src/core/host/package-backend.ts';
import type { JobAction } from '../../../src/core/jobs.ts';
import { requireManager } from './require-manager.ts';

/** `package refresh`: fetches the lists, and counts what is newer in them. */
export function createRefresh(packages: PackageBackend): JobAction {
  return {
    async prepare({ signal }) {
      return { work: await requireManager(packages).refresh(signal), memory: {} };
    },
    async conclude(end) {
      const manager = requireManager(packages);
      const problem = await manager.explain(end);
      if (problem !== undefined) throw problem;
      const updates = await manager.updates(end.signal);
      return { updates: updates.length, manager: manager.name };
    },
  };
}
