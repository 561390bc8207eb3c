/** A glob over `AGENT.ACTION` that can match something: `package` alone never could. */
export const ACTION_GLOB_PATTERN = /^(?:[a-z0-9_*]{1,64}\.[a-z0-9_*]{1,64}|[a-z0-9_]{0,63}\*[a-z0-9_*]{0,64})$/;

/** What the bot does by itself. */
const OWN_DOINGS = 'mcobot.';

/** What nobody gets by a `*` that was meant for something else: the bot's own doings, and any program on any node. */
const NAMED_ONLY = [OWN_DOINGS, 'shell.'] as const;

/**
 * Whether the whole text matches the glob, in which `*` stands for any characters, none included; nothing else is
 * special. Never backtracks over more than one `*`, so time grows with the two lengths only.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const star = glob.indexOf('*');
  // A policy asks this a thousand times for each decision, and nearly all globs are one of these two.
  if (star === -1) return glob === text;
  if (star === glob.length - 1) return text.startsWith(glob.slice(0, -1));
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop() ?? '';
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  const end = text.length - tail.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, from);
    if (found === -1 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}

/** Whether the text is a glob over `AGENT.ACTION` that can match anything at all: `package` alone never could. */
export function isActionGlob(text: string): boolean {
  return ACTION_GLOB_PATTERN.test(text);
}

/** Whether a glob is written for what the bot does by itself, such as `mcobot.audit`, and not for what happens on nodes. */
export function isForOwnDoings(glob: string): boolean {
  return glob.startsWith(OWN_DOINGS);
}

/** Whether one of the globs of a denial matches `AGENT.ACTION`. */
export function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}

/**
 * The same for a permission. INVARIANT: `*` gives nobody the audit trail or a shell: what the bot does by itself, and what
 * the agent `shell` does, is allowed only by a glob that names it.
 */
export function allowsName(globs: readonly string[], name: string): boolean {
  const prefix = NAMED_ONLY.find((one) => name.startsWith(one)) ?? '';
  return globs.some((glob) => glob.startsWith(prefix) && matchesGlob(glob, name));
}
