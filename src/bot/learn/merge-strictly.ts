import type { ActionDescription, AgentDescription, Effect, InputField } from '../../core/agent-description.ts';

/**
 * A description with the stricter word of others on what matters for safety.
 *
 * INVARIANT: what one node calls a write is a write; what is secret for one is secret. No node is given what only another
 * fills in by itself, and a bare word goes to an input that it stands for everywhere.
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
    ...(words === undefined
      ? {}
      : { words: sharedWords(words, others).filter((word) => input[word]?.secret !== true) }),
  };
}

const strictest = (effects: readonly Effect[]): Effect => (effects.includes('write') ? 'write' : 'read');

/** As far as all give them the same order. */
function sharedWords(words: readonly string[], others: readonly ActionDescription[]): readonly string[] {
  const differs = words.findIndex((word, i) => others.some((other) => other.words?.[i] !== word));
  return differs < 0 ? words : words.slice(0, differs);
}

/** Where defaults differ, or not all have the input, none is sent: each node fills in its own; what one of them has to be given is asked for. */
function mergeField(name: string, field: InputField, others: readonly ActionDescription[]): InputField {
  const same = others.flatMap(({ input }) => (Object.hasOwn(input, name) ? (input[name] ?? []) : []));
  const isSecret = same.some(({ secret }) => secret === true) ? { secret: true } : {};
  const isEverywhere = same.length === others.length;
  if (isEverywhere && same.every(({ default: value }) => value === field.default)) return { ...field, ...isSecret };
  const { default: _, optional: __, ...rest } = field;
  const isOptional = [field, ...same].every((one) => one.optional === true || one.default !== undefined);
  return { ...rest, ...(isOptional ? { optional: true } : {}), ...isSecret };
}
