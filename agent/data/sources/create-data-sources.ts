import { DATA_FUNCTION_TABLE } from '../../../src/core/data-function-table.ts';
import type { DataSource } from '../../../src/core/data-functions.ts';
import { McoError } from '../../../src/core/errors.ts';
import { locatePath } from '../../../src/core/host/path-fault.ts';
import type { DataBackends } from './data-backends.ts';
import { findFile } from './find-file.ts';
import { findPackages, findProcesses, findService } from './find-host.ts';
import { findAgent, findFact } from './find-own.ts';
import { findPuppet, findResource } from './find-puppet.ts';

/** Functions that start no program. */
const IN_MEMORY: ReadonlySet<string> = new Set(['agent', 'collective', 'fact']);

/** Each look at a path that hangs leaves a program behind that nothing ends: with so many of them there are no more. */
const MAX_ABANDONED = 16;

/** Every data function of the table, over what a node has. */
export function createDataSources(backends: DataBackends): DataSource[] {
  const finds: Readonly<Record<keyof typeof DATA_FUNCTION_TABLE, DataSource['find']>> = {
    agent: ({ argument = '' }) => Promise.resolve(findAgent(argument, backends)),
    collective: ({ argument = '' }) => Promise.resolve({ member: backends.collectives.includes(argument) }),
    fact: ({ argument = '' }) => Promise.resolve(findFact(argument, backends)),
    fstat: (call, signal) => findFile(call, backends, signal),
    package: ({ argument = '' }, signal) => findPackages(argument, backends, signal),
    process: ({ argument = '' }, signal) => findProcesses(argument, backends, signal),
    puppet: (call, signal) => findPuppet(call, backends, signal),
    resource: (call, signal) => findResource(call, backends, signal),
    service: ({ argument = '' }, signal) => findService(argument, backends, signal),
  };
  const { files } = backends;
  const settles: Readonly<Record<string, NonNullable<DataSource['settle']>>> =
    files === undefined ? {} : { fstat: (path, signal) => locatePath(files, path, signal) };
  return Object.values(DATA_FUNCTION_TABLE).map((description) => ({
    description,
    ...settlerOf(settles[description.name], backends),
    async find(call, signal) {
      if (!IN_MEMORY.has(description.name)) requireHealth(backends);
      return await finds[description.name as keyof typeof DATA_FUNCTION_TABLE](call, signal);
    },
  }));
}

function settlerOf(settle: DataSource['settle'], backends: DataBackends): Pick<DataSource, 'settle'> {
  if (settle === undefined) return {};
  return {
    async settle(argument, signal) {
      requireHealth(backends);
      return await settle(argument, signal);
    },
  };
}

function requireHealth({ processes }: DataBackends): void {
  const abandoned = processes?.abandoned() ?? 0;
  if (abandoned < MAX_ABANDONED) return;
  throw new McoError('failed/busy', `${abandoned} programs of this node's agent hang, and nothing ends them`, {
    hint: '`process stuck` shows them',
  });
}
