import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { JobCommand, JobExit } from '../../src/core/jobs.ts';

const runner = createProcessRunner();

/** Runs a job's program for real and waits for it: what the node's spool does, without the spool. */
export async function runJob(command: JobCommand): Promise<{ exit: JobExit; stdout: string; stderr: string }> {
  const { file, args, env, input } = command;
  const signal = AbortSignal.timeout(90_000);
  const finished = await runner.run({ file, args, env, input, signal });
  const exit: JobExit =
    finished.exitCode === undefined
      ? { state: 'killed', signal: finished.signal ?? 'SIGKILL' }
      : { state: 'exited', exitCode: finished.exitCode };
  return { exit, stdout: finished.stdout, stderr: finished.stderr };
}
