import type { ActionDescription, AgentDescription } from '../../../src/core/agent-description.ts';
import { CHANGING_ACTIONS } from './changing-actions.ts';
import { PACKAGE } from './package-inputs.ts';

const READING_ACTIONS: Readonly<Record<string, ActionDescription>> = {
  status: {
    about: 'whether a package is installed, and in which version',
    effect: 'read',
    timeoutMs: 5000,
    input: { package: PACKAGE },
    output: {
      package: { about: 'name of the package', label: 'Package', type: 'string' },
      ensure: {
        about:
          'installed version; `absent`: not installed; `purged`: and dpkg has nothing left of it, no configuration file either',
        label: 'Ensure',
        type: 'string',
      },
      arch: { about: 'architecture; empty when it is not installed', label: 'Arch', type: 'string' },
      status: { about: "the package manager's own word", label: 'Status', type: 'string' },
      state: {
        about: 'that word again, and only of a package that is not well installed: `half-configured`, `unpacked`...',
        label: 'Not well installed',
        type: 'string',
      },
      note: { about: 'the same in brackets, for the line', label: 'Note', type: 'string' },
      all: { about: 'where it is installed for several architectures: each of them', label: 'All', type: 'list' },
    },
    words: ['package'],
    line: '{package}-{ensure}.{arch}{note}',
    display: 'always',
    aggregate: [
      { function: 'summary', output: 'ensure' },
      { function: 'summary', output: 'state' },
    ],
    examples: ['package status libc6', 'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms'],
  },
  count: {
    about: 'how many packages are installed',
    effect: 'read',
    timeoutMs: 10_000,
    input: {},
    output: { count: { about: 'installed packages', label: 'Packages', type: 'integer' } },
    line: '{count}',
    aggregate: [
      { function: 'average', output: 'count' },
      { function: 'sum', output: 'count' },
    ],
    examples: ['package count'],
  },
  checksum: {
    about: 'one checksum over all installed packages: nodes with the same one have the same packages',
    effect: 'read',
    timeoutMs: 10_000,
    input: {},
    output: {
      checksum: {
        about: 'SHA-256 of the sorted lines `NAME VERSION ARCHITECTURE`, hexadecimal',
        label: 'Checksum',
        type: 'string',
      },
      count: { about: 'installed packages', label: 'Packages', type: 'integer' },
    },
    line: '{checksum} ({count} packages)',
    display: 'always',
    aggregate: [{ function: 'summary', output: 'checksum' }],
    examples: ['package checksum -C webserver'],
  },
  checkupdates: {
    about: 'installed packages of which there is a newer version, as the node last heard',
    effect: 'read',
    timeoutMs: 120_000,
    input: {},
    output: {
      count: { about: 'packages with a newer version', label: 'Updates', type: 'integer' },
      updates: {
        about: 'each of them: `package`, `from`, `to`, `repository`; the first 1,000',
        label: 'List',
        type: 'list',
      },
      packages: { about: 'their names', label: 'Packages', type: 'list' },
      detail: { about: 'this in words; of many packages the first', label: 'Detail', type: 'string' },
      manager: { about: 'the program that was asked', label: 'Manager', type: 'string' },
    },
    line: '{detail}',
    display: 'always',
    aggregate: [
      { function: 'summary', output: 'count' },
      { function: 'summary', output: 'packages' },
      { function: 'sum', output: 'count' },
    ],
    examples: ['package checkupdates -F environment=staging'],
  },
};

export const PACKAGE_DESCRIPTION: AgentDescription = {
  agent: 'package',
  version: '2.0.0',
  about: 'packages of the operating system',
  actions: { ...READING_ACTIONS, ...CHANGING_ACTIONS },
};
