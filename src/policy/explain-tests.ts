import type { AgentDescription } from '../core/agent-description.ts';
import { toMcoError } from '../core/errors.ts';
import { checkCaseActions, findStrayActions, findStrayInputs, findUnknownAgents } from './case-actions.ts';
import { type BotQuestion, decide } from './decide.ts';
import { readRuleText } from './explain-lines.ts';
import { listPeople } from './explain-people.ts';
import type { BotPolicy, NodePolicy, PolicyFile } from './policy.ts';
import { readBotPolicy, readNodePolicy } from './read-policy.ts';
import { type CaseResult, findUnreached, runBotCases, runNodeCases } from './run-cases.ts';

/** The files of a policy directory, by their base names. */
export interface PolicyTree {
  /** `*.yaml`: together the bot's policy. */
  readonly bot: readonly PolicyFile[];
  /** `node/*.yaml`: each a node's policy. */
  readonly nodes: readonly PolicyFile[];
  /** `cases/*.yaml`: `bot.yaml` for the bot's, `NAME.yaml` for `node/NAME.yaml`. */
  readonly cases: readonly PolicyFile[];
}

/** What `policy test` found. */
export interface PolicyTestReport {
  readonly isGood: boolean;
  /** `12 cases passed, 1 failed; 2 rules are reached by no case`. */
  readonly summary: string;
  /** One for each failure: `FILE:LINE: ...`. */
  readonly failures: readonly string[];
}

/** The policy files as they are now, for whoever wants to know what they say. */
export interface PolicyTests {
  run(): PolicyTestReport;
  /** Names that `--as` may mean. */
  readonly people: readonly string[];
  /** The rules' own text for one question, where the files still say what is in force; else it tells nothing. */
  textsFor(question: BotQuestion): (at: string) => string | undefined;
}

/**
 * @param inForce what decides now; the files may have been changed meanwhile, or be broken
 * @param agents as for `runPolicyTests`
 */
export function createPolicyTests(
  tree: PolicyTree,
  inForce: BotPolicy,
  agents?: readonly AgentDescription[],
): PolicyTests {
  return {
    run: () => runPolicyTests(tree, agents),
    people: listPeople(inForce),
    textsFor(question) {
      const isSame = saysTheSame(tree.bot, inForce, question);
      return (at) => (isSame ? readRuleText(tree.bot, at) : undefined);
    },
  };
}

function saysTheSame(files: readonly PolicyFile[], inForce: BotPolicy, question: BotQuestion): boolean {
  try {
    const [now, then] = [readBotPolicy(files), inForce].map((policy) => JSON.stringify(decide(policy, question)));
    return now === then;
  } catch {
    return false;
  }
}

/** One policy with its cases, or why that can't be run. */
type Tested =
  | {
      readonly results: readonly CaseResult[];
      readonly unreached: readonly string[];
      /** `FILE:LINE: ...` */
      readonly strayInputs: readonly string[];
      readonly strayActions: readonly string[];
      /** Names that nobody described. */
      readonly unknownAgents: readonly string[];
    }
  | { readonly problem: string };

const BOT_CASES = 'bot.yaml';
/** Of agents, in a summary. */
const MAX_NAMED = 10;

/**
 * Runs all cases against the policies that they are for. A case that comes out otherwise, a rule that none reaches, and a
 * file that can't be read are failures; so are actions that an agent has not, inputs that an action has not, and a
 * case with another effect than its action's.
 *
 * @param agents what is known of actions; of others nothing can be said
 */
export function runPolicyTests(
  { bot, nodes, cases }: PolicyTree,
  agents: readonly AgentDescription[] = [],
): PolicyTestReport {
  const casesFor = (name: string): PolicyFile | undefined => cases.find((file) => file.name === name);
  const tested = [
    ...(bot.length === 0 && casesFor(BOT_CASES) === undefined
      ? []
      : [tryTest('', () => testBot(readBotPolicy(bot), casesFor(BOT_CASES), agents))]),
    ...nodes.map((file) =>
      tryTest('node/', () => testNode(readNodePolicy(file.text, file.name), casesFor(file.name), agents)),
    ),
  ];
  const known = [BOT_CASES, ...nodes.map(({ name }) => name)];
  const stray = cases
    .filter(({ name }) => !known.includes(name))
    .map(({ name }) => `cases/${name}: there is no node/${name}, and only bot.yaml is for the bot`);
  return report(tested, stray);
}

function testBot(policy: BotPolicy, cases: PolicyFile | undefined, agents: readonly AgentDescription[]): Tested {
  const results = cases === undefined ? [] : runBotCases(policy, cases.text, `cases/${cases.name}`);
  return {
    results: checkCaseActions(results, agents),
    unreached: findUnreached(policy, results),
    strayInputs: findStrayInputs(policy, agents),
    strayActions: findStrayActions(policy, agents),
    unknownAgents: agents.length === 0 ? [] : findUnknownAgents(policy, agents),
  };
}

function testNode(policy: NodePolicy, cases: PolicyFile | undefined, agents: readonly AgentDescription[]): Tested {
  const results = cases === undefined ? [] : runNodeCases(policy, cases.text, `cases/${cases.name}`);
  return {
    results: checkCaseActions(results, agents),
    unreached: findUnreached(policy, results).map((at) => `node/${at}`),
    strayInputs: findStrayInputs(policy, agents).map((line) => `node/${line}`),
    strayActions: findStrayActions(policy, agents).map((line) => `node/${line}`),
    unknownAgents: agents.length === 0 ? [] : findUnknownAgents(policy, agents),
  };
}

/** @param folder where the policy stands; errors in cases say so themselves */
function tryTest(folder: string, test: () => Tested): Tested {
  try {
    return test();
  } catch (thrown) {
    const { message, hint } = toMcoError(thrown);
    const where = message.startsWith('cases/') ? '' : folder;
    return { problem: `${where}${message}${hint === undefined ? '' : `; ${hint}`}` };
  }
}

function report(tested: readonly Tested[], stray: readonly string[]): PolicyTestReport {
  const results = tested.flatMap((one) => ('results' in one ? one.results : []));
  const unreached = tested.flatMap((one) => ('unreached' in one ? one.unreached : []));
  const strayInputs = tested.flatMap((one) => ('strayInputs' in one ? one.strayInputs : []));
  const strayActions = tested.flatMap((one) => ('strayActions' in one ? one.strayActions : []));
  const unknown = [...new Set(tested.flatMap((one) => ('unknownAgents' in one ? one.unknownAgents : [])))];
  const problems = [...tested.flatMap((one) => ('problem' in one ? [one.problem] : [])), ...stray];
  const failed = results.filter(({ problem }) => problem !== undefined);
  const failures = [
    ...problems,
    ...failed.map(({ at, problem }) => `${at}: ${problem}`),
    ...strayActions,
    ...strayInputs,
    ...unreached.map((at) => `${at}: no case reaches this rule`),
  ];
  if (tested.length === 0) failures.push('there is no policy to test');
  const parts = [
    `${count(results.length - failed.length, 'case')} passed, ${failed.length} failed`,
    ...(strayActions.length === 0 ? [] : [`${count(strayActions.length, 'action')} that no agent has`]),
    ...(strayInputs.length === 0 ? [] : [`${count(strayInputs.length, 'input')} that no action has`]),
    ...(unreached.length === 0 ? [] : [`${count(unreached.length, 'rule')} that no case reaches`]),
    ...(problems.length === 0 ? [] : [`${count(problems.length, 'file')} that can't be used`]),
  ];
  const isGood = failures.length === 0;
  const allReached = isGood ? ['every rule is reached'] : [];
  // They may come from nodes: no failure.
  const notBuiltIn = unknown.length === 0 ? [] : [`not built in: ${unknown.slice(0, MAX_NAMED).join(', ')}`];
  return { isGood, summary: [...parts, ...allReached, ...notBuiltIn].join('; '), failures };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
