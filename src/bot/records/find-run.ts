import type { NodeShare, NodeSource, Word } from '../../core/command.ts';
import { McoError, type Span } from '../../core/errors.ts';
import type { NodeOutcome, NodeResult } from '../../core/report.ts';
import type { RunPlace, RunRecord } from '../../core/store.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';

/** In a command that may be given again much later, four characters could come to mean another run. */
const SOURCE_LENGTH = 8;

/** Where somebody who has no chat is. */
const NOWHERE: RunPlace = { chat: 'terminal', channel: '' };

export const runPlaceOf = ({ place }: IncomingMessage): RunPlace => place ?? NOWHERE;

/**
 * The run that somebody means: the end of an id, or `last`, which in a thread is that thread's newest run, and elsewhere
 * their own newest one in the channel. Only runs of the same channel are found.
 *
 * @throws McoError `unknown/run`, `usage/ambiguous-run`, `usage/no-runs`
 */
export async function findRun(
  { store, authority }: Bot,
  message: IncomingMessage,
  { text, at }: { readonly text: string; readonly at?: Span | undefined },
): Promise<RunRecord> {
  if (authority.leavesToNodes === true) throw keepsNoRuns(at);
  const { chat, channel, thread } = runPlaceOf(message);
  if (text === 'last') {
    const whose = thread === undefined ? { account: message.account } : { thread };
    const [last] = await store.runs.list({ chat, channel, ...whose, max: 1 });
    if (last !== undefined) return last;
    const where = thread === undefined ? 'you have no run in this channel' : 'this thread has no run';
    throw new McoError('unknown/run', where, { hint: '`runs` lists the runs of this channel', at });
  }
  const [run, another] = await store.runs.findByEnd({ chat, channel }, text.toLowerCase());
  if (run === undefined) {
    throw new McoError('unknown/run', `no run of this channel ends in \`${text}\``, { hint: '`runs` lists them', at });
  }
  if (another === undefined) return run;
  throw new McoError('usage/ambiguous-run', `several runs end in \`${text}\``, {
    hint: `type more of it: ${run.id}, ${another.id}`,
    at,
  });
}

/** What the terminal client says to whoever asks for an earlier run. */
export function keepsNoRuns(at?: Span): McoError {
  return new McoError('usage/no-runs', 'this program keeps no runs: each command is one of its own', {
    hint: 'ask the bot in a chat; `job list ids=true` shows the jobs of the nodes with the whole ids of their runs',
    at,
  });
}

export const wordOf = ({ text, start, end }: Word, typed: string): { text: string; at: Span } => ({
  text,
  at: { text: typed, start, end },
});

const OUTCOMES: Readonly<Record<NodeShare, readonly NodeOutcome[] | undefined>> = {
  all: undefined,
  ok: ['ok'],
  failed: ['failed', 'expired', 'notSent'],
  silent: ['silent', 'unknown'],
  open: ['failed', 'denied', 'expired', 'silent', 'notSent', 'unknown'],
};

/** The nodes of a run that ended in such a way. */
export function selectNodes(results: readonly NodeResult[], which: NodeShare): readonly string[] {
  const outcomes = OUTCOMES[which];
  return results.filter(({ outcome }) => outcomes === undefined || outcomes.includes(outcome)).map(({ node }) => node);
}

/** A list of nodes from elsewhere than discovery, and how it reads in the canonical command. */
export interface NamedNodes {
  readonly nodes: readonly string[];
  readonly source: NodeSource;
}

/**
 * The nodes that `--nodes` means.
 *
 * @throws McoError `unknown/run`, `usage/run-not-over`, `usage/no-nodes`, `usage/no-files`
 */
export async function resolveNodes(bot: Bot, message: IncomingMessage, source: NodeSource): Promise<NamedNodes> {
  if (source.from === 'file') {
    if (bot.readNodeList === undefined) {
      throw new McoError('usage/no-files', 'files of nodes can only be read by the terminal client, `mco`', {
        hint: 'here `--nodes last` and `--nodes RUN` take the nodes of a run; one node by its name is `-I NODE`',
      });
    }
    return { nodes: await bot.readNodeList(source.file), source };
  }
  const run = await findRun(bot, message, { text: source.from === 'last' ? 'last' : source.run });
  if (run.end === undefined) {
    throw new McoError('usage/run-not-over', `run \`${run.id.slice(-4)}\` is not over yet`, {
      hint: `wait for its end, or \`cancel ${run.id.slice(-4)}\``,
    });
  }
  const nodes = selectNodes(await bot.store.runs.resultsOf(run.id), source.which);
  if (nodes.length === 0) {
    const kind = source.which === 'all' ? 'no nodes' : `no nodes that count as \`${source.which}\``;
    throw new McoError('usage/no-nodes', `run \`${run.id.slice(-4)}\` has ${kind}`);
  }
  return { nodes, source: { from: 'run', run: run.id.slice(-SOURCE_LENGTH), which: source.which } };
}
