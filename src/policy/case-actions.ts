import type { ActionDescription, AgentDescription } from '../core/agent-description.ts';
import { matchesGlob } from '../core/match-glob.ts';
import { suggest } from '../core/nearest.ts';
import type { CaseFields } from './case-schema.ts';
import type { RuleSet } from './policy.ts';
import { quote } from './policy-part.ts';
import type { CaseResult } from './run-cases.ts';

type Agents = readonly AgentDescription[];

/**
 * The same results; a case has failed that names an action that its agent has not, or gives it another effect than it
 * has, or inputs that it has not. Of agents that nobody described nothing can be said.
 */
export function checkCaseActions(results: readonly CaseResult[], agents: Agents): CaseResult[] {
  return results.map((result) => {
    const problem = findMistake(result.fields, agents);
    return problem === undefined ? result : { ...result, problem };
  });
}

function findMistake({ action: name, effect, inputs = {} }: CaseFields, agents: Agents): string | undefined {
  const description = describeAll(agents).find((one) => one.name === name)?.description;
  if (description === undefined) return complainAction(name, agents);
  if (description.effect !== effect) return `${quote(name)} is a ${description.effect}, and no ${effect}`;
  const declared = Object.keys(description.input);
  const stray = Object.keys(inputs).find((input) => !declared.includes(input));
  return stray === undefined ? undefined : complainInput(name, stray, declared);
}

/**
 * The inputs that rules name and no described action has which they are for, as `FILE:LINE: ...`: an allowance would
 * never count, and a denial deny nothing. What is not described may have any.
 */
export function findStrayInputs({ roles, deny }: RuleSet, agents: Agents): string[] {
  const rules = [...roles.flatMap(({ allow }) => allow), ...deny];
  const described = describeAll(agents);
  const found = rules.flatMap(({ actions, inputs, at }) =>
    actions.flatMap((glob) => {
      const matched = described.filter(({ name }) => matchesGlob(glob, name)).map(({ description }) => description);
      return findStray([...(inputs?.keys() ?? [])], matched).map(
        ({ input, declared }) => `${at}: ${complainInput(glob, input, declared)}`,
      );
    }),
  );
  // A role has the rules of those that it includes.
  return [...new Set(found)];
}

/**
 * The actions that rules name and that their agent has not, as `FILE:LINE: ...`. What is not described may have any, and
 * a rule for any agent's is right wherever one has it.
 */
export function findStrayActions(policy: RuleSet, agents: Agents): string[] {
  const found = listGlobs(policy).flatMap(({ glob, at }) => {
    const problem = complainAction(glob, agents);
    return problem === undefined ? [] : [`${at}: ${problem}`];
  });
  return [...new Set(found)];
}

/** The agents that rules name and nobody described: they may be learned from nodes, or be misspelt. */
export function findUnknownAgents(policy: RuleSet, agents: Agents): string[] {
  const known = new Set([...agents.map(({ agent }) => agent), OWN_AGENT]);
  const named = listGlobs(policy).map(({ glob }) => glob.split('.')[0] ?? '');
  return [...new Set(named)].filter((name) => !name.includes('*') && !known.has(name));
}

/** What stands before the dot in what the bot does by itself. */
const OWN_AGENT = 'mcobot';

const listGlobs = ({ roles, deny }: RuleSet): { readonly glob: string; readonly at: string }[] =>
  [...roles.flatMap(({ allow }) => allow), ...deny].flatMap(({ actions, at }) => actions.map((glob) => ({ glob, at })));

/** @param glob `AGENT.ACTION`, with `*` perhaps */
function complainAction(glob: string, agents: Agents): string | undefined {
  const described = agents.find(({ agent }) => glob.startsWith(`${agent}.`));
  if (described === undefined) return undefined;
  const { agent } = described;
  const names = Object.keys(described.actions).map((action) => `${agent}.${action}`);
  if (names.some((name) => matchesGlob(glob, name))) return undefined;
  return `${quote(agent)} has no action ${quote(glob)}; ${suggest(glob, names)}`;
}

const describeAll = (agents: Agents) =>
  agents.flatMap(({ agent, actions }) =>
    Object.entries(actions).map(([action, description]) => ({ name: `${agent}.${action}`, description })),
  );

function findStray(inputs: readonly string[], matched: readonly ActionDescription[]) {
  const declared = [...new Set(matched.flatMap(({ input }) => Object.keys(input)))];
  if (matched.length === 0) return [];
  return inputs.filter((input) => !declared.includes(input)).map((input) => ({ input, declared }));
}

const complainInput = (action: string, input: string, declared: readonly string[]): string =>
  `${quote(action)} has no input ${quote(input)}; ${suggest(input, declared)}`;
