/** What a document says a command becomes: its canonical spelling, or an error's code. */
export interface DocumentedOutcome {
  readonly typed: string;
  readonly outcome: string;
}

const OUTCOME_ROW = /^\| `(\/mco [^`]+)` \| `([^`]+)` \|/;
const SETUP_LINE = /^\/mco in [a-z0-9-]+: /;
/** A line of code: after a prompt or not, and up to two blanks, which begin a remark. */
const CODE_LINE = /^(?: {4}|[a-z]+> )?(\/mco .*?)(?: {2,}.*)?$/;

/**
 * The commands in a document, trigger included: lines of code blocks, text between back-ticks, and what is given to
 * `--once` and `echo`. What ends in dots stands for any command and is none, nor is what `mcobot setup` prints.
 */
export function findExamples(markdown: string): readonly string[] {
  let inFence = false;
  const found: string[] = [];
  for (const line of markdown.split('\n')) {
    const isFence = line.startsWith('```');
    if (isFence) inFence = !inFence;
    const code = inFence || line.startsWith('    ') ? CODE_LINE.exec(line)?.[1] : undefined;
    if (code !== undefined) found.push(code);
    for (const [, quoted] of line.matchAll(/(?:--once|echo) "(\/mco [^"]+)"/g)) found.push(quoted ?? '');
    if (inFence || OUTCOME_ROW.test(line)) continue;
    for (const [, span] of line.matchAll(/`(\/mco [^`]+)`/g)) found.push(span ?? '');
  }
  return [...new Set(found.map((text) => text.trim()))].filter(
    (text) => !text.endsWith('...') && !SETUP_LINE.test(text),
  );
}

/** The rows of tables that say what a command becomes: ``| `/mco ...` | `...` |``. */
export function findOutcomes(markdown: string): readonly DocumentedOutcome[] {
  return markdown.split('\n').flatMap((line) => {
    const [, typed, outcome] = OUTCOME_ROW.exec(line) ?? [];
    return typed === undefined || outcome === undefined ? [] : [{ typed, outcome }];
  });
}
