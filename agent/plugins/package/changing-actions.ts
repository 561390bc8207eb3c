import type { ActionDescription, OutputField } from '../../../src/core/agent-description.ts';
import { PACKAGE, VERSION } from './package-inputs.ts';

const CHANGE_OUTPUT: Readonly<Record<string, OutputField>> = {
  package: { about: 'name of the package', label: 'Package', type: 'string' },
  before: { about: 'version before; `absent` where it was not installed', label: 'Before', type: 'string' },
  after: { about: 'version after; of a dry run, what it would be', label: 'After', type: 'string' },
  changed: { about: 'whether anything was changed, or would be', label: 'Changed', type: 'boolean' },
  also: {
    about: 'what else was changed meanwhile, `NAME BEFORE -> AFTER`; the first 200',
    label: 'Also',
    type: 'list',
  },
  change: { about: 'before and after in words, or that it is unchanged', label: 'Change', type: 'string' },
  note: { about: 'the same of the others in short, for the line', label: 'Note', type: 'string' },
};

const CHANGE = {
  effect: 'write',
  dryRun: 'read',
  isJob: true,
  timeoutMs: 600_000,
  output: CHANGE_OUTPUT,
  line: '{package} {change}{note}',
  display: 'always',
  aggregate: [
    { function: 'summary', output: 'after' },
    { function: 'summary', output: 'changed' },
  ],
} as const satisfies Partial<ActionDescription>;

/** What changes packages: each is a job, and each but `refresh` has a dry run. */
export const CHANGING_ACTIONS: Readonly<Record<string, ActionDescription>> = {
  install: {
    ...CHANGE,
    about: 'installs a package that is not there; with a version, that one',
    input: { package: PACKAGE, version: VERSION },
    words: ['package', 'version'],
    examples: [
      'package install htop -C webserver',
      'package install nginx 1.18.0-6 -I web1',
      'package install htop --noop',
    ],
  },
  update: {
    ...CHANGE,
    about: 'brings an installed package to its newest version, or to the one named',
    input: { package: PACKAGE, version: VERSION },
    words: ['package', 'version'],
    examples: [
      'package update libc6 -F environment=staging',
      'package update libc6 --nodes last --canary 1 --batch 10',
    ],
  },
  uninstall: {
    ...CHANGE,
    about: 'removes a package, and what can not be without it; configuration files stay',
    input: { package: PACKAGE },
    words: ['package'],
    examples: ['package uninstall telnetd -C webserver'],
  },
  purge: {
    ...CHANGE,
    about: 'removes a package with its configuration files; to rpm the same as uninstall',
    input: { package: PACKAGE },
    words: ['package'],
    examples: ['package purge telnetd -C webserver'],
  },
  refresh: {
    about: 'fetches the lists of what can be installed from the repositories',
    effect: 'write',
    isJob: true,
    timeoutMs: 300_000,
    input: {},
    output: {
      updates: { about: 'packages of which there is a newer version now', label: 'Updates', type: 'integer' },
      manager: { about: 'the program that was run', label: 'Manager', type: 'string' },
    },
    line: 'updates: {updates}',
    display: 'always',
    aggregate: [{ function: 'summary', output: 'updates' }],
    examples: ['package refresh -C webserver'],
  },
};
