import { McoError } from '../../../src/core/errors.ts';
import { limitSignal, untilAborted } from '../../../src/core/waiting.ts';
import { describeFailure } from './describe-failure.ts';
import type { PuppetHost } from './puppet-host.ts';

/** Where a Puppet agent keeps its files, and the program itself. */
export interface PuppetPaths {
  readonly command: string;
  readonly runLock: string;
  readonly disabledLock: string;
  readonly daemonPid: string;
  readonly summary: string;
  readonly report: string;
  readonly resources: string;
}

const SETTINGS = {
  runLock: 'agent_catalog_run_lockfile',
  disabledLock: 'agent_disabled_lockfile',
  daemonPid: 'pidfile',
  summary: 'lastrunfile',
  report: 'lastrunreport',
  resources: 'resourcefile',
} as const satisfies Readonly<Record<Exclude<keyof PuppetPaths, 'command'>, string>>;

/** Puppet's own packages keep out of the system's path. */
const COMMANDS = ['puppet', '/opt/puppetlabs/bin/puppet'] as const;
const ASK_WITHIN_MS = 60_000;

/**
 * Asks Puppet for its paths: it takes most of a second, so once for as long as the agent runs. Who has less time than it
 * takes gives up alone; what was found out is kept all the same.
 */
export function createPathFinder(host: PuppetHost): (signal: AbortSignal) => Promise<PuppetPaths> {
  let asked: Promise<PuppetPaths> | undefined;
  async function ask(): Promise<PuppetPaths> {
    try {
      return await limitSignal(host.clock, { limitMs: ASK_WITHIN_MS }, (signal) => askPuppet(host, signal));
    } catch (error) {
      asked = undefined;
      throw error;
    }
  }
  return (signal) => {
    asked ??= ask();
    return untilAborted(asked, signal, describeLate);
  };
}

async function askPuppet(host: PuppetHost, signal: AbortSignal): Promise<PuppetPaths> {
  const { command } = host.options;
  const commands = command === undefined ? COMMANDS : [command];
  const args = ['config', 'print', ...confdirArgs(host), '--section', 'agent', ...Object.values(SETTINGS)];
  for (const file of commands) {
    try {
      const finished = await host.runner.run({ file, args, signal });
      if (finished.exitCode !== 0) throw describeFailure(finished);
      return readPaths(file, finished.stdout);
    } catch (error) {
      if (!(error instanceof McoError) || error.code !== 'failed/not-installed') throw error;
    }
  }
  throw new McoError('failed/not-installed', 'Puppet is not installed on this node');
}

export const confdirArgs = ({ options }: PuppetHost): readonly string[] =>
  options.confdir === undefined ? [] : ['--confdir', options.confdir];

function readPaths(command: string, stdout: string): PuppetPaths {
  const settings = new Map(
    stdout.split('\n').map((line): [string, string] => {
      const [name = '', ...rest] = line.split(' = ');
      return [name, rest.join(' = ')];
    }),
  );
  const entries = Object.entries(SETTINGS).map(([name, setting]): [string, string] => {
    const path = settings.get(setting) ?? '';
    if (!path.startsWith('/')) throw new McoError('failed/puppet', `Puppet does not say where its \`${setting}\` is`);
    return [name, path];
  });
  return { command, ...(Object.fromEntries(entries) as Omit<PuppetPaths, 'command'>) };
}

const describeLate = (): McoError => new McoError('failed/timeout', 'Puppet did not say in time where its files are');
