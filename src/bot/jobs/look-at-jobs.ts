import type { Ask } from '../../core/command.ts';
import { type Reply, type ReplyData, STATUS_NAMES, type StatusName, statusOf } from '../../core/reply.ts';
import type { NodeResult } from '../../core/report.ts';
import { sleep } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import { resultOf } from '../collecting/tally.ts';
import { type Run, sealRequest } from '../compose-request.ts';
import type { Trail } from '../records/trail.ts';

/** How long an answer is waited for. */
const ANSWER_MS = 10_000;

/** What a node says of its job. */
export type JobAnswer =
  /** With the bytes that it took to say so. */
  | { readonly state: 'ended'; readonly result: NodeResult; readonly bytes: number }
  | { readonly state: 'going' }
  /** It does not tell: it has no such job, or forbids it. */
  | { readonly state: 'refused'; readonly reason: string };

/** Some nodes, which are asked once each what became of a run's job. */
export interface Look {
  /** The whole id of the run that began the jobs. */
  readonly about: string;
  readonly nodes: readonly string[];
  /** Whose record it is. */
  readonly trail: Trail;
  /** Why it is asked, for the record. */
  readonly reason: string;
  onAnswer(node: string, answer: JobAnswer): void;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}

/**
 * Asks nodes what came of their jobs, by requests of a run of their own: what is on record of the run that began them,
 * here and on the nodes, stays what it did. Nothing is begun. Resolves when all have answered, or have had their time.
 *
 * @param run asks, with an id of its own
 * @throws McoError `failed/audit`: nobody was asked
 */
export async function lookAtJobs(bot: Bot, run: Run, look: Look): Promise<void> {
  const { about, nodes, trail, reason, signal } = look;
  // INVARIANT: no record, no action.
  await trail.record('intent', {
    run: run.id,
    action: 'job.show',
    command: run.command,
    input: { run: about },
    filter: run.filter,
    nodes,
    count: nodes.length,
    reason,
  });
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const open = new Set(nodes);
  const closers: (() => void)[] = [];
  const onAnswer = (node: string, answer: JobAnswer): void => {
    look.onAnswer(node, answer);
    if (open.delete(node) && open.size === 0) end();
  };
  const request = { run, about, signal: over.signal, onAnswer };
  try {
    const opened = nodes.map((node) => askOne(bot, node, { ...request, closers }).catch(() => undefined));
    await Promise.all(opened);
    await sleep(bot.clock, ANSWER_MS, over.signal);
  } finally {
    end();
    signal.removeEventListener('abort', end);
    for (const close of closers) close();
  }
}

interface Question {
  readonly run: Run;
  readonly about: string;
  readonly signal: AbortSignal;
  readonly closers: (() => void)[];
  onAnswer(node: string, answer: JobAnswer): void;
}

async function askOne(bot: Bot, node: string, { run, about, signal, closers, onAnswer }: Question): Promise<void> {
  const sealed = await sealRequest(bot, run, { ask: askShow(about), audience: node });
  if (signal.aborted) return;
  closers.push(
    bot.collector.open(sealed.id, {
      expects: (sender) => sender === node,
      onUnexpected: () => {},
      onReply(reply, bytes) {
        const answer = readAnswer(reply, bytes);
        if (answer !== undefined) onAnswer(node, answer);
      },
    }),
  );
  await bot.bus.publish({ ...sealed, expiresAt: bot.clock.now() + ANSWER_MS, signal });
}

/** How a node is asked what became of a run's job. */
export const askShow = (run: string): Ask => ({
  kind: 'ask',
  agent: 'job',
  action: 'show',
  effect: 'read',
  input: { run },
  view: 'results',
});

/** What passes: another time the node may say more. */
const PASSING: ReadonlySet<StatusName> = new Set(['expired', 'busy', 'timeout', 'unknown error']);

/** The job's result as the node would have sent it; undefined where it says nothing of the job. */
function readAnswer(
  { kind, sender, status: { name, message: why }, data }: Reply,
  bytes: number,
): JobAnswer | undefined {
  if (kind !== 'result' || PASSING.has(name)) return undefined;
  if (name !== 'ok') return { state: 'refused', reason: why === '' ? name : why };
  const word = STATUS_NAMES.find((known) => known === data.status);
  if (word === undefined) return { state: 'going' };
  const { outputs, message } = data;
  const status = statusOf(word, typeof message === 'string' ? message : '');
  const isMap = typeof outputs === 'object' && outputs !== null && !Array.isArray(outputs);
  return { state: 'ended', result: resultOf({ sender, status, data: isMap ? (outputs as ReplyData) : {} }), bytes };
}
