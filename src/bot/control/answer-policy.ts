import type { CommandLine, Control, Plan, Tell } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { formatCommand } from '../../language/format-command.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import { explainDecision } from '../../policy/explain-decision.ts';
import type { PolicyTestReport, PolicyTests } from '../../policy/explain-tests.ts';
import { isPlace } from '../../policy/place.ts';
import type { Asker } from '../asker.ts';
import { decideAction } from '../authority/decide-action.ts';
import { addDataRights } from '../authority/decide-data.ts';
import type { Bot, Question } from '../bot.ts';
import { filterOf, isNarrowing } from '../compose-request.ts';
import { planCommand } from '../plan-command.ts';
import type { ControlScene } from './control-scene.ts';
import { isForbidden } from './is-forbidden.ts';
import { requireOwnRight } from './require-own-right.ts';

/** What an explanation needs of a bot: no node is asked. */
type Adviser = Pick<Bot, 'agents' | 'commands' | 'authority'>;

type Person = Pick<Asker, 'caller' | 'place' | 'memberships'>;

/** A rule's own text for a question, where it is known. */
export type TextsFor = (question: Question) => (at: string) => string | undefined;

/**
 * What the policy says to a command, to oneself or, for those who may, to somebody else; and whether its cases hold.
 *
 * @throws McoError `denied/policy`, `usage/*`, `unknown/*`, `failed/audit`
 */
export async function answerPolicy(
  bot: Bot,
  scene: ControlScene,
  control: Extract<Control, { verb: 'policy' }>,
): Promise<Tell> {
  const readTests = requirePolicy(bot);
  if (control.what === 'test') {
    await requireOwnRight(bot, scene, 'policy');
    return tellTests((await readTests()).run());
  }
  const { typed, options, asker } = scene;
  const place = options.in ?? asker.place;
  if (!isPlace(place)) throw badPlace(place);
  // The text of rules is an extra: a file that can't be read now changes nothing about the decision.
  const tests = await readTests().catch(() => undefined);
  // `person:ana` is how `whoami` and the audit call somebody.
  const as = options.as?.replace(/^person:/, '');
  const isOther = as !== undefined && !isOneself(as, asker);
  if (isOther) await requireOwnRight(bot, scene, 'policy');
  const caller = isOther ? await findOther(bot, as ?? '', tests?.people) : asker;
  const line = parseCommandLine(control.command ?? readRest(typed));
  const textsFor: TextsFor = (question) => tests?.textsFor(question) ?? (() => undefined);
  return explainCommand(bot, { line, person: { ...caller, place } }, textsFor);
}

/**
 * What the policy says to one command of one person. Nothing is sent, and nothing recorded.
 *
 * @throws McoError `usage/*`, `unknown/*` for what is no command
 */
export function explainCommand(
  { agents, commands, authority }: Adviser,
  { line, person }: { readonly line: CommandLine; readonly person: Person },
  textsFor: TextsFor,
): Tell {
  const { caller, place, memberships } = person;
  const effectOf = (agent: string, action: string) =>
    agents.find((one) => one.agent === agent)?.actions[action]?.effect;
  const may = (agent: string, action: string): boolean => {
    const effect = effectOf(agent, action);
    return effect !== undefined && decideAction(authority, { ...person, agent, action, effect }).outcome === 'allow';
  };
  const plan = planCommand(line, commands, { agents, commands, caller, roles: authority.rolesOf(person), may });
  const question = questionOf(plan);
  if (question === undefined) {
    const isOpen = plan.kind === 'tell' || (plan.kind === 'control' && plan.verb === 'whoami');
    const isSome = agents.some(({ agent, actions }) => Object.keys(actions).some((action) => may(agent, action)));
    return explainOpen(line, { isAllowed: isOpen || isSome, isForAll: isOpen });
  }
  const asked = { ...person, ...question };
  if (isAboutJob(plan) && !isForbidden(authority, asked)) return explainJob(line);
  const explained = explainDecision({
    caller,
    place,
    action: `${question.agent}.${question.action}`,
    effect: question.effect,
    decision: addDataRights(decideAction(authority, asked), { authority, asker: person, filter: line.filter }),
    isNarrowed: isNarrowedBy(line, plan),
    unresolved: memberships.unresolved,
    textOf: textsFor(asked),
  });
  return { kind: 'tell', ...explained };
}

/** What a command asks the policy; undefined where no rule is for it. */
function questionOf(plan: Plan): Pick<Question, 'agent' | 'action' | 'effect' | 'input'> | undefined {
  if (plan.kind === 'ask') {
    const { agent, action, effect, input } = plan;
    return { agent, action, effect, input };
  }
  if (plan.kind === 'tell') return undefined;
  const isOwn = plan.verb === 'audit' || (plan.verb === 'policy' && plan.what === 'test');
  return isOwn ? { agent: 'mcobot', action: plan.verb, effect: 'read', input: {} } : undefined;
}

/** What asks the bot only, and no node, is nobody's list of nodes. */
function isNarrowedBy({ filter, options }: CommandLine, plan: Plan): boolean {
  return plan.kind !== 'ask' || options.nodes !== undefined || isNarrowing(filterOf(filter, plan));
}

function explainOpen(
  { words }: CommandLine,
  { isAllowed, isForAll }: { readonly isAllowed: boolean; readonly isForAll: boolean },
): Tell {
  const who = isForAll ? 'everybody may use it' : 'it is for all who may ask anything in this place';
  const title = `${isAllowed ? 'ALLOW' : 'DENY'}: \`${words[0]?.text ?? ''}\` asks no node: ${who}`;
  const lines = ['what it shows or does may need a right of its own: that of the command it is about'];
  return { kind: 'tell', title, sections: isForAll ? [] : [{ lines }] };
}

const isAboutJob = (plan: Plan): boolean => plan.kind === 'ask' && plan.agent === 'job' && plan.input.run !== undefined;

/** Which action decides is known with the run, and that is looked for when it is asked. */
function explainJob({ words }: CommandLine): Tell {
  const command = words
    .slice(0, 2)
    .map(({ text }) => text)
    .join(' ');
  const lines = [
    'the right to what the run did decides, with the input that it had, here and on each node',
    'its approval and its limits do not count again; which nodes it may be does',
    '`show RUN` names the action; `policy explain` with that command says what the rules are',
  ];
  return { kind: 'tell', title: `\`${command}\` has no right of its own`, sections: [{ lines }] };
}

/** @throws McoError `usage/no-policy` */
function requirePolicy({ authority: { policyTests } }: Bot): () => Promise<PolicyTests> {
  if (policyTests !== undefined) return policyTests;
  throw new McoError('usage/no-policy', 'this program has no policy of its own: the nodes decide', {
    hint: 'ask the bot in a chat, or use `mcobot policy` where the policy files are',
  });
}

function tellTests({ isGood, summary, failures }: PolicyTestReport): Tell {
  const title = `${isGood ? 'OK' : 'FAILED'}: ${summary}`;
  return { kind: 'tell', title, sections: failures.length === 0 ? [] : [{ lines: failures }] };
}

/** The words after `explain`, and the options of the line that are not of `explain` itself. */
function readRest(typed: string): string {
  const { words, filter, options } = parseCommandLine(typed);
  const rest = words.slice(2).map(({ text }) => text);
  return formatCommand({ words: rest, filter, options: { ...options, as: undefined, in: undefined } });
}

const isOneself = (as: string, { caller, account }: Asker): boolean => as === account || `person:${as}` === caller;

/** Somebody else, by name or by account. */
async function findOther(
  { authority }: Bot,
  as: string,
  people: readonly string[] | undefined,
): Promise<Pick<Person, 'caller' | 'memberships'>> {
  const caller = readPerson(authority, as, people);
  return { caller, memberships: await authority.findMemberships(as.includes(':') ? as : caller) };
}

/**
 * The caller that a person's name or an account means.
 *
 * @param people those who may be meant; undefined: nobody knows
 * @throws McoError `unknown/person`, `usage/bad-account`
 */
export function readPerson(
  { identify }: Pick<Bot['authority'], 'identify'>,
  as: string,
  people: readonly string[] | undefined,
): string {
  if (!as.includes(':')) {
    if (people?.includes(as) !== false && /^[a-z][a-z0-9._-]{0,63}$/.test(as)) return `person:${as}`;
    throw new McoError('unknown/person', `the policy names nobody \`${as}\``, { hint: suggest(as, people ?? []) });
  }
  try {
    return identify(as);
  } catch (cause) {
    const hint = 'a name such as `ana`, or an account such as `slack:T024BE7LD/U2147483697`';
    throw new McoError('usage/bad-account', `\`${as}\` is no account`, { hint, cause });
  }
}

/** @throws McoError `usage/bad-place` is made of it */
export function badPlace(place: string): McoError {
  return new McoError('usage/bad-place', `\`${place}\` is not a place`, {
    hint: 'such as `slack:T024BE7LD/C0INC42` or `console`; `whoami` shows the one where you are',
  });
}
