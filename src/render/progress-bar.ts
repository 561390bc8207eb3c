/**
 * The founding document's bar, `[ =====> ] 142 / 145`: grows with the share, inside a fixed width.
 *
 * @param width of the arrow when everybody answered
 */
export function drawProgress(answered: number, targeted: number, width = 9): string {
  const share = targeted > 0 ? Math.min(1, Math.max(0, answered / targeted)) : 0;
  const length = Math.max(1, Math.round(share * width));
  return `[ ${`${'='.repeat(length - 1)}>`.padEnd(width)} ] ${answered} / ${targeted}`;
}

/** A text that begins with a bar as the bar and what follows it; undefined when there is none. */
export function splitProgress(text: string): { readonly bar: string; readonly rest: string } | undefined {
  const [bar] = /^\[ =*> *\](?= |$)/.exec(text) ?? [];
  return bar === undefined ? undefined : { bar, rest: text.slice(bar.length).trimStart() };
}
