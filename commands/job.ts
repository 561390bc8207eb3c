import type { AgentDescription } from '../src/core/agent-description.ts';
import { type Ask, type Command, requireAgent, type Word } from '../src/core/command.ts';
import { type CallContext, RUN_END, readCall, readRun } from '../src/core/read-call.ts';

const AGENT = 'job';

/** Stands for the run while the rest is read: only the bot knows the whole id of the one that is meant. */
const SOME_RUN = '00000000-0000-7000-8000-000000000000';

/**
 * What became of a run on its nodes. Whoever may do what the run did may use this. `job watch` is a `tail` that the bot
 * asks again until the job is over.
 */
export const jobCommand: Command = {
  name: AGENT,
  about: 'Work that outlives its request: how it stands, what it says, and to end it',
  usage: [
    'job list',
    'job show RUN',
    'job tail RUN',
    'job tail RUN 100',
    'job watch RUN',
    'job kill RUN',
    'job kill RUN force',
  ],
  examples: ['job list', 'job show 7f3a', 'job tail 7f3a', 'job tail last 100', 'job watch 7f3a', 'job kill 7f3a'],
  topics: {
    watch: ['asks for the last lines of a run again and again until its jobs are over, and shows what is new'],
  },
  plan(line, world) {
    const agent = requireAgent(world, AGENT);
    const [first, ...rest] = line.words.slice(1);
    if (first === undefined || isRun(first)) {
      const show = { text: 'show', start: first?.start ?? 0, end: first?.end ?? line.text.length };
      return planAbout(agent, { action: show, words: first === undefined ? [] : [first, ...rest] }, { line, world });
    }
    if (first.text === 'watch') {
      return planAbout(agent, { action: { ...first, text: 'tail' }, words: rest }, { line, world });
    }
    const takesRun = Object.hasOwn(agent.actions[first.text]?.input ?? {}, 'run');
    if (takesRun) return planAbout(agent, { action: first, words: rest }, { line, world });
    return readCall(agent, [first, ...rest], { line, world });
  },
};

/** A question about one run; without one it is the last. */
function planAbout(
  agent: AgentDescription,
  { action, words: typed }: { readonly action: Word; readonly words: readonly Word[] },
  { line, world }: CallContext,
): Ask {
  const words = typed[0]?.text === 'run' ? typed.slice(1) : typed;
  const [first] = words;
  const isNamed = first !== undefined && !isCount(first) && !isInput(first) && first.text !== 'force';
  const run = readRun(line, isNamed ? [first] : []);
  const others = isNamed ? words.slice(1) : words;
  const some: Word = { text: `run=${SOME_RUN}`, start: run.start, end: run.end };
  const ask = readCall(agent, [action, some, ...others.map(spellOut)], { line, world });
  return { ...ask, input: { ...ask.input, run: run.text } };
}

const isRun = ({ text }: Word): boolean => text === 'last' || RUN_END.test(text.toLowerCase());

/** Three digits are no run's end. */
const isCount = ({ text }: Word): boolean => /^\d{1,3}$/.test(text);

const isInput = ({ text }: Word): boolean => /^[a-z][a-z0-9_]*=/.test(text);

const spellOut = (word: Word): Word => (word.text === 'force' ? { ...word, text: 'force=true' } : word);
