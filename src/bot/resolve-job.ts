import type { Ask, CommandLine } from '../core/command.ts';
import type { Span } from '../core/errors.ts';
import type { RunRecord } from '../core/store.ts';
import type { IncomingMessage } from '../core/surface.ts';
import type { Bot } from './bot.ts';
import { findLastJobRun, mayHaveSent } from './records/find-last-job-run.ts';
import { findRun } from './records/find-run.ts';
import { describeNoJob, readKeptInput } from './records/read-kept-input.ts';

const AGENT = 'job';

/** In a command that may be given again much later, four characters could come to mean another run. */
const SHORT_LENGTH = 8;

const UUID_LENGTH = 36;

/** A question about what became of a run, with what is known of that run. */
export interface JobAsk {
  readonly ask: Ask;
  /** The words of the command, in which the run is named so that it stays the same one. */
  readonly words: readonly string[];
  /** Whom that run asked. */
  readonly nodes: readonly string[] | undefined;
  /** `job watch`: until it is over. */
  readonly follows: boolean;
}

/**
 * Finds the run that a question to the agent `job` is about. INVARIANT: whoever looks after a job needs the rights to
 * what was asked, with the input that is on record.
 *
 * @returns undefined where the question is about no single run
 * @throws McoError `unknown/run`, `usage/ambiguous-run`, `usage/no-job`
 */
export async function resolveJob(
  bot: Bot,
  message: IncomingMessage,
  { line, ask }: { readonly line: CommandLine; readonly ask: Ask },
): Promise<JobAsk | undefined> {
  const { run: typed } = ask.input;
  if (ask.agent !== AGENT || typeof typed !== 'string') return undefined;
  const words = line.words.map(({ text }) => text);
  const follows = words[0] === AGENT && words[1] === 'watch';
  // Who keeps no runs leaves it to the nodes, which know them by their whole ids.
  if (bot.authority.leavesToNodes === true && typed.length === UUID_LENGTH)
    return { ask, words, nodes: undefined, follows };
  const run = await findOrigin(bot, message, { text: typed, at: spanOf(line, typed) });
  const { agent, action, effect } = run.header;
  const inPlaceOf = { agent, action, effect, input: readKeptInput(bot, run) };
  return {
    ask: { ...ask, input: { ...ask.input, run: run.id }, inPlaceOf },
    words: nameRun(words, typed, run.id.slice(-SHORT_LENGTH)),
    nodes: run.nodes,
    follows,
  };
}

/** The run that was begun: of one that only looked after it, that one. */
async function findOrigin(
  bot: Bot,
  message: IncomingMessage,
  named: { readonly text: string; readonly at: Span | undefined },
): Promise<RunRecord> {
  if (named.text === 'last') return await findLastJobRun(bot, message, named.at);
  const run = await findRun(bot, message, named);
  if (!mayHaveSent(run)) throw describeNoJob(run, 'has sent nothing to any node');
  if (run.header.agent !== AGENT) return run;
  const about = run.input?.run;
  if (typeof about === 'string') return await findRun(bot, message, { text: about, at: named.at });
  throw describeNoJob(run, 'is about no single job');
}

function nameRun(words: readonly string[], typed: string, name: string): readonly string[] {
  if (words[0] !== AGENT) return words;
  const at = words.findIndex((word, index) => index > 0 && word.toLowerCase() === typed);
  if (at !== -1) return words.map((word, index) => (index === at ? name : word));
  const [agent = AGENT, action = 'show', ...rest] = words;
  return [agent, action, name, ...rest];
}

function spanOf({ text }: CommandLine, word: string): Span | undefined {
  const start = text.toLowerCase().lastIndexOf(word);
  return start === -1 ? undefined : { text, start, end: start + word.length };
}
