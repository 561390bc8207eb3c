import type { Ask, CommandLine, Plan } from '../../core/command.ts';
import { EVERYBODY } from '../../core/filter.ts';
import type { LearnedAgent } from '../../core/learned-agent.ts';
import { WORD } from '../../core/names.ts';
import { isSlipOf } from '../../core/slip.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import { type Asker, mayUseAnything } from '../asker.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import type { Trail } from '../records/trail.ts';
import { askDescriptions, type Told } from './ask-descriptions.ts';

/** Who wants to know, and in which command. */
export interface Curiosity {
  readonly message: IncomingMessage;
  readonly asker: Asker;
  readonly line: CommandLine;
  readonly trail: Trail;
  readonly signal: AbortSignal;
}

/**
 * Where a command names an agent that this bot does not know, the nodes are asked for its description: for about a
 * second, six at most. Whether it was learned shows in what the bot knows afterwards. Never rejects: who can't be asked tells nothing.
 */
export async function learnUnknown(bot: Bot, curiosity: Curiosity): Promise<void> {
  const name = findStranger(bot, curiosity.line);
  if (name !== undefined && mayUseAnything(bot, curiosity.asker)) await learnAgent(bot, name, curiosity);
}

/** Looks again, in the background, at a learned agent that is used and was learned a while ago. */
export function refreshLearned(bot: Bot, plan: Plan, curiosity: Curiosity): void {
  if (plan.kind !== 'ask' || bot.registry?.isStale(plan.agent) !== true) return;
  // What the command itself is cancelled by has nothing to do with it.
  void learnAgent(bot, plan.agent, { ...curiosity, signal: new AbortController().signal });
}

/** A word that may be the name of an agent on nodes: nothing that is known here, nor a slip of the fingers from it. */
function findStranger({ registry, commands, agents }: Bot, { words }: CommandLine): string | undefined {
  const [first, second] = words;
  const isNamed = first?.text === 'rpc';
  const name = isNamed || first?.text === 'help' ? second?.text : first?.text;
  if (registry === undefined || name === undefined || !WORD.test(name) || !registry.isOpen(name)) return undefined;
  // After `rpc` there is nothing but agents.
  const names = isNamed ? [] : commands.map((command) => command.name);
  const known = [...names, ...agents.map(({ agent }) => agent)];
  return known.includes(name) || isSlipOf(name, known) ? undefined : name;
}

async function learnAgent(bot: Bot, name: string, curiosity: Curiosity): Promise<void> {
  const { registry } = bot;
  await registry
    ?.askAbout(name, async () => {
      const learned = await askAndRecord(bot, name, curiosity);
      if (learned !== undefined) await registry.learn(learned);
    })
    .catch(() => undefined);
}

/** @throws McoError `failed/audit`, `unreachable/*` */
async function askAndRecord(bot: Bot, name: string, curiosity: Curiosity): Promise<LearnedAgent | undefined> {
  const { trail, signal } = curiosity;
  const run = makeRun(bot, name, curiosity);
  const about = { run: run.id, action: 'rpcutil.describe', input: { agent: name }, filter: run.filter };
  // INVARIANT: no record, no action.
  await trail.record('intent', { ...about, reason: `nobody here knows the agent \`${name}\`: nodes are asked` });
  const startedAt = bot.clock.now();
  const { learned, reason }: Told = await askDescriptions(bot, run, { name, signal }).catch(() => ({}));
  const nodes = (learned?.versions ?? []).reduce((sum, version) => sum + version.nodes, 0);
  await trail.record('outcome', {
    ...about,
    result: learned !== undefined ? 'OK' : reason !== undefined ? 'FAILED' : 'NO RESPONSE',
    count: nodes,
    elapsedMs: bot.clock.now() - startedAt,
    ...(reason === undefined ? {} : { reason }),
  });
  return learned;
}

/** What is asked besides a command: of everybody who has the agent, where the command would go. */
function makeRun(bot: Bot, name: string, { asker, message, line }: Curiosity): Run {
  const { collective = bot.collective } = line.options;
  const ask: Ask = {
    kind: 'ask',
    agent: 'rpcutil',
    action: 'describe',
    effect: 'read',
    input: { agent: name, brief: true },
    view: 'results',
  };
  return {
    id: bot.newId(),
    caller: asker.caller,
    origin: message.origin,
    command: `rpcutil describe ${name}`,
    ask,
    collective: bot.collectives.includes(collective) ? collective : bot.collective,
    options: { format: 'text', noProgress: true, quiet: true, verbose: false },
    isRepeatable: true,
    filter: { ...EVERYBODY, agents: [{ is: name }] },
  };
}
