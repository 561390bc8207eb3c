import { matchesGlob } from '../core/match-glob.ts';

/** A glob over `AGENT.ACTION` that can match something: `package` alone never could. */
export const ACTION_GLOB_PATTERN = /^(?:[a-z0-9_*]{1,64}\.[a-z0-9_*]{1,64}|[a-z0-9_]{0,63}\*[a-z0-9_*]{0,64})$/;

/** What the bot does by itself. */
const OWN_DOINGS = 'mcobot.';

/** What nobody gets by a `*` that was meant for something else: the bot's own doings, and any program on any node. */
const NAMED_ONLY = [OWN_DOINGS, 'shell.'] as const;

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
