/** The first word with an optional `/` or `@` before it and a colon or comma after it. */
const FIRST_WORD = /^\s*[/@]?([^\s:,/@]+)[:,]?(?:\s+|$)/;

/**
 * Removes what addresses the bot from the start of a normalised text: `/mco`, `@mco`, `mco:`. Capitals don't matter.
 * `names` are the words the bot listens to, such as its user id on Slack (`<@U1>` is `@U1` once normalised).
 */
export function stripTrigger(text: string, names: readonly string[] = ['mco']): string {
  const found = FIRST_WORD.exec(text);
  const word = found?.[1]?.toLowerCase();
  if (found === null || word === undefined || !names.some((name) => name.toLowerCase() === word)) return text.trim();
  return text.slice(found[0].length).trim();
}
