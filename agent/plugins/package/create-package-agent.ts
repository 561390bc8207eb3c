import type { Agent } from '../../../src/core/agent.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { InstalledPackage, PackageBackend, PackageState } from '../../../src/core/host/package-backend.ts';
import type { Hash } from '../../../src/core/ports.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { createChange } from './change-package.ts';
import { describeUpdates } from './describe-updates.ts';
import { PACKAGE_DESCRIPTION } from './description.ts';
import { findTrouble } from './package-state.ts';
import { createRefresh } from './refresh-packages.ts';
import { requireManager } from './require-manager.ts';
import { compareTexts, writePackage } from './write-package.ts';

const MAX_UPDATES = 1000;

/** The agent `package` over a node's package manager. */
export function createPackageAgent(packages: PackageBackend, hash: Hash): Agent {
  return {
    description: PACKAGE_DESCRIPTION,
    actions: {
      async status({ input, signal }) {
        const rows = await packages.status(String(input.package), signal);
        const [first] = rows;
        if (first === undefined) throw new McoError('failed/package', 'the package manager did not say anything');
        const { name, ensure, arch, status } = first;
        const outputs = { package: name, ensure, arch, status, ...tellTrouble(rows) };
        return rows.length === 1 ? outputs : { ...outputs, all: rows.map((row) => ({ ...row })) };
      },
      async count({ signal }) {
        return { count: await packages.count(signal) };
      },
      async checksum({ signal }) {
        const list = await packages.list(signal);
        return { checksum: hash(writeList(list)), count: list.length };
      },
      async checkupdates({ signal }) {
        const manager = requireManager(packages);
        const updates = await manager.updates(signal);
        const listed = updates.slice(0, MAX_UPDATES).map((update) => ({ ...update }));
        const names = [...new Set(listed.map((update) => update.package))];
        const detail = describeUpdates(updates);
        return { count: updates.length, updates: listed, packages: names, detail, manager: manager.name };
      },
      install: createChange('install', packages),
      update: createChange('update', packages),
      uninstall: createChange('uninstall', packages),
      purge: createChange('purge', packages),
      refresh: createRefresh(packages),
    },
  };
}

/** The same for the same packages, whatever order the tool lists them in. */
const writeList = (list: readonly InstalledPackage[]): string =>
  list
    .map((one) => `${writePackage(one)}\n`)
    .sort(compareTexts)
    .join('');

/** Of a package that is there and not well installed, what it is: in a line of its own in the summary. */
function tellTrouble(rows: readonly PackageState[]): ReplyData {
  const state = findTrouble(rows);
  return state === undefined ? {} : { state, note: ` (${state})` };
}
