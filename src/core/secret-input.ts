import type { ActionDescription, Input } from './agent-description.ts';

const MASK = '***';

/**
 * A request's input as it may be recorded: values of secret and of undeclared fields are masked, as a misspelt secret
 * is still one. Without a description nothing is known, so nothing is recorded.
 */
export function maskInput(action: ActionDescription | undefined, input: Input): Input | undefined {
  if (action === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, isSecret(action, name) ? MASK : value]),
  );
}

/** Text, such as an error about an input, without the secrets it may quote. */
export function hideSecrets(text: string, action: ActionDescription | undefined, input: Input): string {
  if (action === undefined) return text;
  return Object.entries(input)
    .filter(([name, value]) => Object.hasOwn(action.input, name) && isSecret(action, name) && String(value) !== '')
    .reduce((masked, [, value]) => masked.replaceAll(String(value), MASK), text);
}

function isSecret(action: ActionDescription, name: string): boolean {
  return !Object.hasOwn(action.input, name) || action.input[name]?.secret === true;
}
