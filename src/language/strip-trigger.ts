/** What may stand between the bot's name and the command. */
const AFTER_NAME = /^(?:[:,]\s*|[;.!?]*(?:\s+|$))/;

/**
 * Removes what addresses the bot from the start of a normalised text: `/mco`, `@mco`, `mco:`, also both: `@mco /mco`.
 * Capitals don't matter, neither there nor in the word that names the command: phones begin sentences with them. `names` are the words the bot listens to, such as its user id on Slack (`<@U1>` is `@U1` once
 * normalised).
 */
export function stripTrigger(text: string, names: readonly string[] = ['mco']): string {
  const whole = text.trim();
  const rest = afterTrigger(whole, names);
  if (rest === undefined) return lowerCommand(whole);
  return lowerCommand(whole.startsWith('@') ? (afterTrigger(rest, names) ?? rest) : rest);
}

/** Commands and agents have lower-case names; what else stands first keeps its letters. */
const lowerCommand = (text: string): string => text.replace(/^[A-Za-z_]+(?=\s|$)/, (word) => word.toLowerCase());

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
