import type { PuppetBackend } from '../../../src/core/host/puppet-backend.ts';
import { describeFailure } from './describe-failure.ts';
import { detectState } from './detect-state.ts';
import { parseResource } from './parse-resource.ts';
import { planRun } from './plan-run.ts';
import type { PuppetHost } from './puppet-host.ts';
import { confdirArgs, createPathFinder } from './puppet-paths.ts';
import { readLastRun } from './read-last-run.ts';

const MAX_RESOURCES_BYTES = 16 * 1024 * 1024;

/** The Puppet agent of this machine, by its files and its command line. */
export function createPuppetBackend(host: PuppetHost): PuppetBackend {
  const findPaths = createPathFinder(host);
  const { files, runner } = host;

  async function run(args: readonly string[], signal: AbortSignal): Promise<string> {
    const { command: file } = await findPaths(signal);
    const finished = await runner.run({ file, args, signal });
    if (finished.exitCode !== 0) throw describeFailure(finished);
    return finished.stdout;
  }
  const agentArgs = ['agent', ...confdirArgs(host), '--color=false'];
  const resourceArgs = ['resource', ...confdirArgs(host), '--color=false'];

  return {
    permits: host.options.permits,
    state: async (signal) => await detectState(host, await findPaths(signal), signal),
    lastRun: async (signal) => await readLastRun(files, await findPaths(signal), signal),
    async managed(signal) {
      const { resources } = await findPaths(signal);
      const text = await files.read(resources, { signal, maxBytes: MAX_RESOURCES_BYTES });
      return new Set(
        (text ?? '')
          .toLowerCase()
          .split('\n')
          .filter((line) => line !== ''),
      );
    },
    async enable(signal) {
      await run([...agentArgs, '--enable'], signal);
    },
    async disable(message, signal) {
      await run([...agentArgs, '--disable', ...(message === undefined ? [] : [message])], signal);
    },
    async planRun(options, signal) {
      const { command } = await findPaths(signal);
      return planRun(command, confdirArgs(host), options);
    },
    // It ends when that process does, and looks once a second.
    planWait: (runPid) => ({ file: 'tail', args: [`--pid=${runPid}`, '--follow', '/dev/null'] }),
    async resource({ type, name }, signal) {
      return parseResource({ type, name }, await run([...resourceArgs, type, name], signal));
    },
    async planChange({ type, name }, properties, { isNoop, signal }) {
      const { command: file } = await findPaths(signal);
      const noop = isNoop ? ['--noop'] : [];
      return { file, args: [...resourceArgs, ...noop, type, name, ...properties] };
    },
  };
}
