/** What may stand between the bot's name and the command. */
const AFTER_NAME = /^(?:[:,]\s*|[;.!?]*(?:\s+|$))/;

/**
 * Removes what addresses the bot from the start of a normalised text: `/mco`, `@mco`, `mco:`, also both: `@mco /mco`.
 * Capitals don't matter. `names` are the words the bot listens to, such as its user id on Slack (`<@U1>` is `@U1` once
 * normalised).
 */
export function stripTrigger(text: string, names: readonly string[] = ['mco']): string {
  const whole = text.trim();
  const rest = afterTrigger(whole, names);
  if (rest === undefined) return whole;
  return whole.startsWith('@') ? (afterTrigger(rest, names) ?? rest) : rest;
}

function afterTrigger(text: string, names: readonly string[]): string | undefined {
  const start = /^[/@]/.test(text) ? 1 : 0;
  for (const name of names) {
    const end = start + name.length;
    if (text.slice(start, end).toLowerCase() !== name.toLowerCase()) continue;
    const gap = AFTER_NAME.exec(text.slice(end));
    if (gap !== null) return text.slice(end + gap[0].length).trim();
  }
  return undefined;
}
