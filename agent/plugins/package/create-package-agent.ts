import type { Agent } from '../../../src/core/agent.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend } from '../../../src/core/host.ts';
import { PACKAGE_DESCRIPTION } from './description.ts';

/** The agent `package` over a node's package manager. */
export function createPackageAgent(packages: PackageBackend): Agent {
  return {
    description: PACKAGE_DESCRIPTION,
    actions: {
      async status({ input, signal }) {
        const rows = await packages.status(String(input.package), signal);
        const [first] = rows;
        if (first === undefined) throw new McoError('failed/package', 'the package manager did not say anything');
        const { name, ensure, arch, status } = first;
        const outputs = { package: name, ensure, arch, status };
        return rows.length === 1 ? outputs : { ...outputs, all: rows.map((row) => ({ ...row })) };
      },
      async count({ signal }) {
        return { count: await packages.count(signal) };
      },
      async update({ input, signal }) {
        const name = String(input.package);
        if (packages.update === undefined) {
          throw new McoError('failed/read-only', 'packages can only be read on this node, not updated');
        }
        return { package: name, ...(await packages.update(name, signal)) };
      },
    },
  };
}
