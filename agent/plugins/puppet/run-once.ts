import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { PuppetBackend, PuppetRunOptions } from '../../../src/core/host/puppet-backend.ts';
import type { JobAction, JobEnd, JobOutput, JobPlan } from '../../../src/core/jobs.ts';
import { judgeRunEnd, type RunMemory } from './judge-run.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;

/** `runonce`: a run of Puppet from its start to its report. */
export function createRunOnce(puppet: PuppetBackend): JobAction {
  return {
    async prepare({ input, isDryRun, signal }: ActionCall): Promise<JobPlan> {
      requireServerAllowed(puppet, input);
      const state = await puppet.state(signal);
      if (!state.isEnabled) return plan({ mode: 'skipped', before: 0, why: state.disableMessage });
      if (state.state === 'hung') throw new McoError('failed/hung', state.staleReason);
      const { writtenAt: before } = await puppet.lastRun(signal);
      if (state.runPid !== undefined && state.isApplying) {
        return { ...plan({ mode: 'followed', before, why: '' }), work: puppet.planWait(state.runPid) };
      }
      const work = await puppet.planRun(readOptions(input, isDryRun), signal);
      return { ...plan({ mode: 'started', before, why: '' }), work };
    },
    async conclude({ memory, exit, output, signal }: JobEnd) {
      const report = await puppet.lastRun(signal);
      const printed = await readPrinted(output);
      return judgeRunEnd({ memory: memory as unknown as RunMemory, exit, report, printed });
    },
  };
}

const plan = ({ mode, before, why }: RunMemory): JobPlan => ({ memory: { mode, before, why } });

/** INVARIANT: another server may send any catalogue, so the node's owner has to allow it. */
function requireServerAllowed({ permits }: PuppetBackend, { server }: Input): void {
  if (server === undefined || permits.allowServer) return;
  throw new McoError('failed/not-allowed', 'another server is not allowed on this node', {
    hint: 'set `allow_server` in the `puppet` section of its configuration',
  });
}

function readOptions(input: Input, isNoop: boolean): PuppetRunOptions {
  const text = (name: string): string | undefined => (input[name] === undefined ? undefined : String(input[name]));
  const { use_cached_catalog: cached } = input;
  return {
    isNoop,
    isNoopRefused: input.no_noop === true,
    tags: text('tags'),
    skipTags: text('skip_tags'),
    environment: text('environment'),
    server: text('server'),
    splay: input.splay === true,
    useCachedCatalog: typeof cached === 'boolean' ? cached : undefined,
    ignoreSchedules: input.ignoreschedules === true,
  };
}

/** The last of what it printed: why it did not run is at the end. */
async function readPrinted(output: JobOutput): Promise<string> {
  const part = { offset: -MAX_OUTPUT_BYTES, maxBytes: MAX_OUTPUT_BYTES };
  const [stdout, stderr] = await Promise.all([output.read('stdout', part), output.read('stderr', part)]);
  return `${stderr.text}\n${stdout.text}`;
}
