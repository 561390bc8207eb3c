import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { type DiskSpool, type JobSpoolOptions, openJobSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import type { McoError } from '../../src/core/errors.ts';
import { EVERYBODY } from '../../src/core/filter.ts';
import type { JobCommand, JobExit, JobRecord } from '../../src/core/jobs.ts';
import type { Request } from '../../src/core/request.ts';

/** A spool in a directory of its own. */
export interface SpoolRig {
  readonly directory: string;
  readonly problems: McoError[];
  /** As the next process of the agent would. */
  open(limits?: Partial<JobSpoolOptions>): Promise<DiskSpool>;
  /** What a job has said so far, as it stands on disk; its file comes a moment after its start. */
  said(id: string): string;
  remove(): void;
}

export function createSpoolRig(directory = mkdtempSync(join(tmpdir(), 'mco-spool-'))): SpoolRig {
  const problems: McoError[] = [];
  return {
    directory,
    problems,
    open: (limits = {}) =>
      openJobSpool({
        directory,
        clock: systemClock,
        runner: createProcessRunner(),
        onProblem: (problem) => problems.push(problem),
        graceMs: 1000,
        ...limits,
      }),
    said(id) {
      const file = join(directory, id, 'stdout');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A job as the pipeline makes it. */
export function makeJob(fields: Partial<JobRecord> = {}): JobRecord {
  const id = fields.id ?? newUuid();
  const now = systemClock.now();
  const request: Request = {
    v: 1,
    type: 'request',
    id,
    run: newUuid(),
    signer: { principal: 'mco-write', fingerprint: `SHA256:${'a'.repeat(43)}` },
    caller: 'person:ana',
    origin: { chat: 'console', channel: 'here' },
    collective: 'mcollective',
    audience: 'web1',
    agent: 'probe',
    action: 'work',
    input: { password: 'hunter2' },
    filter: EVERYBODY,
    issuedAt: now,
    notAfter: now + 60_000,
    replyTo: '/queue/mco.mcollective.reply.bot1',
    options: {},
  };
  return {
    id,
    request,
    rules: ['node.yaml:3'],
    input: request.input,
    isDryRun: false,
    memory: 7,
    startedAt: now,
    ...fields,
  };
}

/** A script for /bin/sh: only tests run such a thing. */
export const script = (text: string, more: Partial<JobCommand> = {}): JobCommand => ({
  file: 'sh',
  args: ['-c', text],
  ...more,
});

export async function startScript(spool: DiskSpool, text: string, more: Partial<JobCommand> = {}): Promise<string> {
  const job = makeJob();
  await spool.start(job, script(text, more));
  return job.id;
}

/** Waits at most 20 s. */
export const waitForEnd = (spool: DiskSpool, id: string): Promise<JobExit> =>
  spool.waitForEnd(id, AbortSignal.timeout(20_000));

export async function readAll(spool: DiskSpool, id: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
  return (await spool.output(id).read(stream, { offset: 0, maxBytes: 1_000_000 })).text;
}

export async function runScript(
  spool: DiskSpool,
  text: string,
  more: Partial<JobCommand> = {},
): Promise<{ id: string; exit: JobExit; stdout: string; stderr: string }> {
  const id = await startScript(spool, text, more);
  const exit = await waitForEnd(spool, id);
  return { id, exit, stdout: await readAll(spool, id), stderr: await readAll(spool, id, 'stderr') };
}
