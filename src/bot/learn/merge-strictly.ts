import type { ActionDescription, AgentDescription, Effect, InputField } from '../../core/agent-description.ts';

/**
 * A description with the stricter word of others on what matters for safety.
 *
 * INVARIANT: what one node calls a write is a write; what is secret for one is secret.
 */
export function mergeStrictly(description: AgentDescription, others: readonly AgentDescription[]): AgentDescription {
  const actions = Object.entries(description.actions).map(([name, action]): [string, ActionDescription] => {
    const same = others.flatMap((other) => (Object.hasOwn(other.actions, name) ? [other.actions[name]] : []));
    return [
      name,
      mergeAction(
        action,
        same.filter((one) => one !== undefined),
      ),
    ];
  });
  return { ...description, actions: Object.fromEntries(actions) };
}

/** A description whose actions are all writes, their dry runs too. */
export function countAsWrites(description: AgentDescription): AgentDescription {
  const actions = Object.entries(description.actions).map(([name, action]): [string, ActionDescription] => [
    name,
    { ...action, effect: 'write', ...(action.dryRun === undefined ? {} : { dryRun: 'write' }) },
  ]);
  return { ...description, actions: Object.fromEntries(actions) };
}

function mergeAction(action: ActionDescription, others: readonly ActionDescription[]): ActionDescription {
  const { words, dryRun } = action;
  const input = Object.fromEntries(
    Object.entries(action.input).map(([name, field]) => [name, mergeField(name, field, others)]),
  );
  return {
    ...action,
    effect: strictest([action, ...others].map(({ effect }) => effect)),
    ...(dryRun === undefined ? {} : { dryRun: strictest([dryRun, ...others.flatMap((one) => one.dryRun ?? [])]) }),
    input,
    // A secret is given by its name, so that it can be masked before anything is known of it.
    ...(words === undefined ? {} : { words: words.filter((word) => input[word]?.secret !== true) }),
  };
}

const strictest = (effects: readonly Effect[]): Effect => (effects.includes('write') ? 'write' : 'read');

function mergeField(name: string, field: InputField, others: readonly ActionDescription[]): InputField {
  const isSecret = others.some(({ input }) => Object.hasOwn(input, name) && input[name]?.secret === true);
  return isSecret ? { ...field, secret: true } : field;
}
