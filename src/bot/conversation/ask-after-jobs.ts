import type { Ask } from '../../core/command.ts';
import { type Reply, type ReplyData, STATUS_NAMES, statusOf } from '../../core/reply.ts';
import type { NodeResult } from '../../core/report.ts';
import { sleep } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import { resultOf } from '../collecting/tally.ts';
import { type Run, sealRequest } from '../compose-request.ts';
import type { Trail } from '../records/trail.ts';

/** First when what waited in the queue is here, then now and again: a node that is at work says so. */
const FIRST_MS = 5000;
const AGAIN_MS = 30_000;
/** How long an answer is waited for. */
const ANSWER_MS = 10_000;

interface Inquiry {
  readonly trail: Trail;
  /** Who was asked before the restart and has not answered. */
  open(): readonly string[];
  /** What became of a node's job. */
  onResult(result: NodeResult): void;
  readonly signal: AbortSignal;
}

/**
 * A bot that is killed may take an answer along that nobody has seen. Nodes keep what came of a job, so they are asked
 * for it: otherwise such a node would keep its place until its time is up. Nothing is begun anew. Ends when everybody
 * has answered, or with its signal; never rejects.
 */
export async function askAfterJobs(bot: Bot, run: Run, inquiry: Inquiry): Promise<void> {
  const { trail, open, signal } = inquiry;
  for (let waitMs = FIRST_MS; ; waitMs = AGAIN_MS) {
    await sleep(bot.clock, waitMs, signal);
    const nodes = open();
    if (signal.aborted || nodes.length === 0) return;
    const reason = 'after a restart, those who have not answered are asked what came of their jobs';
    try {
      // INVARIANT: no record, no action.
      await trail.record('intent', { action: 'job.show', nodes, count: nodes.length, reason });
    } catch {
      continue;
    }
    await Promise.all(nodes.map((node) => askOne(bot, run, { ...inquiry, node }).catch(() => undefined)));
  }
}

async function askOne(bot: Bot, run: Run, { node, onResult }: Inquiry & { readonly node: string }): Promise<void> {
  const sealed = await sealRequest(bot, run, { ask: askShow(run), audience: node });
  const close = bot.collector.open(sealed.id, {
    expects: (sender) => sender === node,
    onUnexpected: () => {},
    onReply(reply) {
      const result = readAnswer(reply);
      if (result !== undefined) onResult(result);
    },
  });
  bot.clock.after(ANSWER_MS, close);
  await bot.bus.publish({ ...sealed, expiresAt: bot.clock.now() + ANSWER_MS });
}

const askShow = ({ id }: Run): Ask => ({
  kind: 'ask',
  agent: 'job',
  action: 'show',
  effect: 'read',
  input: { run: id },
  view: 'results',
});

/** The job's result as the node would have sent it; undefined while it is at work, or where it has none. */
function readAnswer({ kind, sender, status: { name }, data }: Reply): NodeResult | undefined {
  const word = STATUS_NAMES.find((known) => known === data.status);
  if (kind !== 'result' || name !== 'ok' || word === undefined) return undefined;
  const { outputs, message } = data;
  const status = statusOf(word, typeof message === 'string' ? message : '');
  const isMap = typeof outputs === 'object' && outputs !== null && !Array.isArray(outputs);
  return resultOf({ sender, status, data: isMap ? (outputs as ReplyData) : {} });
}
