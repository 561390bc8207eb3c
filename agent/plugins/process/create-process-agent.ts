import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent } from '../../../src/core/agent.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import type { ProcessBackend, ProcessState } from '../../../src/core/host/process-backend.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { compilePattern } from '../../../src/core/regex.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { sleep } from '../../../src/core/waiting.ts';
import { PROCESS_DESCRIPTION } from './description.ts';

const MAX_STUCK_LISTED = 100;
const UNINTERRUPTIBLE = 'D';

export interface ProcessAgentParts {
  readonly processes: ProcessBackend;
  readonly clock: Clock;
}

/** The agent `process`. It only reads. */
export function createProcessAgent({ processes, clock }: ProcessAgentParts): Agent {
  return {
    description: PROCESS_DESCRIPTION,
    actions: {
      list: ({ input, signal }) => listProcesses(processes, input, signal),
      stuck: (call) => findStuck(processes, clock, call),
    },
  };
}

async function listProcesses(backend: ProcessBackend, input: Input, signal: AbortSignal): Promise<ReplyData> {
  const matches = input.pattern === undefined ? () => true : compilePattern({ pattern: String(input.pattern) });
  const wantsArgs = input.args === true;
  const { processes, hasArgs } = await backend.list(wantsArgs, signal);
  const found = processes.filter(
    ({ command, user }) => matches(command) && (input.user === undefined || user === input.user),
  );
  const sorted = [...found].sort(ORDERS[String(input.sort)] ?? byMemory);
  const note = wantsArgs && !hasArgs ? 'arguments are left out: to read them hangs, see `process stuck`' : undefined;
  return {
    count: found.length,
    memory: found.reduce((sum, { memoryKb }) => sum + memoryKb, 0),
    processes: sorted.slice(0, Number(input.limit)).map((one) => ({
      pid: one.pid,
      ppid: one.ppid,
      user: one.user,
      state: one.state,
      memory_kb: one.memoryKb,
      cpu: one.cpuPercent,
      age_s: one.ageSeconds,
      command: one.command,
    })),
    ...(note === undefined ? {} : { note }),
  };
}

type Order = (a: ProcessState, b: ProcessState) => number;
const byMemory: Order = (a, b) => b.memoryKb - a.memoryKb || a.pid - b.pid;
const ORDERS: Readonly<Record<string, Order>> = {
  memory: byMemory,
  cpu: (a, b) => b.cpuPercent - a.cpuPercent || a.pid - b.pid,
  age: (a, b) => b.ageSeconds - a.ageSeconds || a.pid - b.pid,
};

/** Looks twice: what waits for its disk is in the same state, and out of it soon. */
async function findStuck(backend: ProcessBackend, clock: Clock, { input, signal }: ActionCall): Promise<ReplyData> {
  const before = await listAsleep(backend, signal);
  if (before.length > 0) await sleep(clock, Number(input.seconds) * 1000, signal);
  const after = before.length > 0 ? await listAsleep(backend, signal) : [];
  const pids = new Set(before.map(({ pid }) => pid));
  const stuck = after.filter(({ pid }) => pids.has(pid));
  return {
    count: stuck.length,
    abandoned: backend.abandoned(),
    processes: stuck.slice(0, MAX_STUCK_LISTED).map(({ pid, ppid, user, ageSeconds, wchan, command }) => ({
      pid,
      ppid,
      user,
      age_s: ageSeconds,
      wchan,
      command,
    })),
  };
}

async function listAsleep(backend: ProcessBackend, signal: AbortSignal): Promise<readonly ProcessState[]> {
  const { processes } = await backend.list(false, signal);
  return processes.filter(({ state }) => state === UNINTERRUPTIBLE);
}
