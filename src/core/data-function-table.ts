import type { InputField } from './agent-description.ts';
import { DATA_TIMEOUT_MS, type DataFunctionDescription, gatherCalls, listDataTests } from './data-functions.ts';
import type { Filter } from './filter.ts';

const HOST_TIMEOUT_MS = 5000;
const MEMORY_TIMEOUT_MS = 1000;

const text = (about: string) => ({ about, type: 'text' }) as const;
const number = (about: string) => ({ about, type: 'number' }) as const;
const truth = (about: string) => ({ about, type: 'boolean' }) as const;
const named = (about: string, pattern: string, maxLength: number): InputField => ({
  about,
  type: 'string',
  pattern,
  maxLength,
});

/** A time in two spellings, as MCollective's `fstat` has them. */
const moment = (name: string, about: string) => ({
  [name]: number(`${about}, seconds since 1970`),
  [`${name}_age`]: number(`the same, seconds ago`),
});

const FACT: DataFunctionDescription = {
  name: 'fact',
  about: 'a fact of the node',
  argument: named("a fact's name, with dots into what it holds", '\\S+', 255),
  fields: {
    value: text('its value; of a list, any element matches'),
    exists: truth('whether the node has it'),
    type: text('`text`, `number`, `boolean`, `list` or `object`'),
  },
  timeoutMs: MEMORY_TIMEOUT_MS,
  example: "fact('os.family').value = Debian",
};

const FSTAT: DataFunctionDescription = {
  name: 'fstat',
  about: 'a file, a directory or a link; links on the way are followed, one at its end is not',
  argument: { ...named('an absolute path', '/[^\\x00-\\x1f\\x7f]*', 1000), isPath: true },
  fields: {
    name: text('the path, links on the way followed'),
    present: truth('whether there is anything'),
    type: text('`file`, `directory`, `link` or `other`'),
    size: number('bytes'),
    mode: text('as in chmod, `0644`'),
    uid: number("the owner's number"),
    gid: number("the group's number"),
    user: text('the owner'),
    group: text('the group'),
    md5: text('checksum of a file'),
    sha256: text('checksum of a file'),
    ...moment('mtime', 'when its content changed'),
    ...moment('ctime', 'when its owner, mode or content changed'),
    ...moment('atime', 'when it was read'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: "fstat('/etc/hosts').md5 = /^ab/",
};

const PACKAGE: DataFunctionDescription = {
  name: 'package',
  about: 'a package, in every architecture that is installed',
  argument: named("a package's name", '[A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9-]+)?', 128),
  fields: {
    installed: truth('whether it is installed, and well: what was left half-way is not'),
    version: { about: "its version, in the order of the node's own package manager", type: 'version' },
    status: text("the package manager's own word: `installed`, `half-configured`, `unpacked`, `not-installed`..."),
    arch: text('its architecture'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: "package('libc6').version < '2.19-0ubuntu6.5'",
};

const SERVICE: DataFunctionDescription = {
  name: 'service',
  about: 'a service',
  argument: named("a service's name", '[A-Za-z0-9_][A-Za-z0-9:_.@\\\\-]*', 256),
  fields: {
    status: text('`running`, `stopped`, `failed` or `unknown`'),
    running: truth('whether it runs'),
    enabled: truth('whether it starts with the system'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: "service('nginx').running = false",
};

const PUPPET: DataFunctionDescription = {
  name: 'puppet',
  about: 'the Puppet agent',
  fields: {
    status: text('`applying`, `hung`, `crashed`, `idling`, `stopped` or `disabled`'),
    enabled: truth('whether runs are allowed'),
    disabled: truth('whether an administrator wants none'),
    disable_message: text('why'),
    applying: truth('whether a run is on'),
    idling: truth('whether the daemon waits for its next run'),
    daemon_present: truth('whether the daemon is there'),
    stale: truth('whether it hangs, left its lock behind, or has not reported for too long'),
    lastrun: number('when the last run ended, seconds since 1970'),
    since_lastrun: number('the same, seconds ago'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: 'puppet().enabled = true',
};

const RESOURCE: DataFunctionDescription = {
  name: 'resource',
  about: "the last Puppet run's figures, or one resource of it",
  argument: { ...named('a resource, `file[/etc/motd]`', '[^\\[\\]\\s]+\\[.+\\]', 512), optional: true },
  fields: {
    managed: { ...truth('whether Puppet manages the resource'), needsArgument: true },
    total_resources: number('how many there were'),
    changed_resources: number('how many were changed'),
    failed_resources: number('how many failed'),
    out_of_sync_resources: number('how many were not as they should be'),
    total_time: number('how long the run took, seconds'),
    config_retrieval_time: number('how long the catalogue took, seconds'),
    config_version: text("the catalogue's version"),
    lastrun: number('when the run ended, seconds since 1970'),
    since_lastrun: number('the same, seconds ago'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: 'resource().failed_resources > 0',
};

const PROCESS: DataFunctionDescription = {
  name: 'process',
  about: 'processes by name, without their arguments, which may hold passwords',
  argument: named('a regular expression that the name holds', '[^\\x00-\\x1f\\x7f]+', 256),
  isPattern: true,
  fields: {
    running: truth('whether there is one'),
    count: number('how many there are'),
    memory: number('their resident memory together, kB'),
  },
  timeoutMs: HOST_TIMEOUT_MS,
  example: "process('^nginx').count > 4",
};

const AGENT: DataFunctionDescription = {
  name: 'agent',
  about: 'an agent of the node',
  argument: named("an agent's name", '[a-z][a-z0-9_]*', 64),
  fields: { present: truth('whether the node has it'), version: text('its version') },
  timeoutMs: MEMORY_TIMEOUT_MS,
  example: "agent('shell').present = true",
};

const COLLECTIVE: DataFunctionDescription = {
  name: 'collective',
  about: 'a collective',
  argument: named("a collective's name", '[a-z][a-z0-9_-]*', 64),
  fields: { member: truth('whether the node is in it') },
  timeoutMs: MEMORY_TIMEOUT_MS,
  example: "collective('dmz').member = true",
};

/** Every data function there is, by name. Which of them work on a node depends on what it has. */
export const DATA_FUNCTION_TABLE = {
  agent: AGENT,
  collective: COLLECTIVE,
  fact: FACT,
  fstat: FSTAT,
  package: PACKAGE,
  process: PROCESS,
  puppet: PUPPET,
  resource: RESOURCE,
  service: SERVICE,
} as const;

/** The same as a list. */
export const DATA_FUNCTIONS: readonly DataFunctionDescription[] = Object.values(DATA_FUNCTION_TABLE);

/** How long a node may take to find out whether a filter means it, ms. What it has in memory takes none. */
export function timeToMatch(filter: Filter): number {
  const times = gatherCalls(listDataTests(filter)).map(
    (call) => DATA_FUNCTIONS.find(({ name }) => name === call.function)?.timeoutMs ?? DATA_TIMEOUT_MS,
  );
  return Math.min(
    DATA_TIMEOUT_MS,
    times.reduce((sum, ms) => sum + ms, 0),
  );
}
