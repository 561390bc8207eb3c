import type { AgentDescription, InputField } from '../../../src/core/agent-description.ts';

/** Names of Debian and rpm packages, with an architecture where wanted. Never starts with a dash, so it is no option. */
const PACKAGE: InputField = {
  about: 'name of a package, such as `libc6` or `libc6:i386`',
  type: 'string',
  maxLength: 128,
  pattern: '[A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9-]+)?',
};

export const PACKAGE_DESCRIPTION: AgentDescription = {
  agent: 'package',
  version: '1.0.0',
  about: 'packages of the operating system',
  actions: {
    status: {
      about: 'whether a package is installed, and in which version',
      effect: 'read',
      timeoutMs: 5000,
      input: { package: PACKAGE },
      output: {
        package: { about: 'name of the package', label: 'Package' },
        ensure: { about: 'installed version, `absent` or `purged`', label: 'Ensure' },
        arch: { about: 'architecture; empty when it is not installed', label: 'Arch' },
        status: { about: "the package manager's own word", label: 'Status' },
        all: { about: 'where it is installed for several architectures: each of them', label: 'All' },
      },
      words: ['package'],
      line: '{package}-{ensure}.{arch}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'ensure' }],
      examples: ['package status libc6', 'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms'],
    },
    count: {
      about: 'how many packages are installed',
      effect: 'read',
      timeoutMs: 10_000,
      input: {},
      output: { count: { about: 'installed packages', label: 'Packages' } },
      line: '{count}',
      aggregate: [
        { function: 'average', output: 'count' },
        { function: 'sum', output: 'count' },
      ],
      examples: ['package count'],
    },
    update: {
      about: 'brings an installed package to its newest version',
      effect: 'write',
      timeoutMs: 600_000,
      input: { package: PACKAGE },
      output: {
        package: { about: 'name of the package', label: 'Package' },
        before: { about: 'version before', label: 'Before' },
        after: { about: 'version after', label: 'After' },
      },
      words: ['package'],
      line: '{package} {before} -> {after}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'after' }],
      examples: ['package update libc6 -F environment=staging'],
    },
  },
};
