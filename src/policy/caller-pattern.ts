import { CALLER } from '../core/names.ts';

/** A `*` ends a pattern after `:` or `/` only: `person:ana*` would also mean anabel. */
const WITH_STAR = /^(?:person|slack|mattermost|unix|console):(?:[A-Za-z0-9][A-Za-z0-9._/@+-]{0,198}\/)?\*$/;

/** Whether the text is a caller, or all callers of a kind (`person:*`) or of one place in it (`slack:T024BE7LD/*`). */
export function isCallerPattern(text: string): boolean {
  return CALLER.test(text) || WITH_STAR.test(text);
}

/** INVARIANT: equality, or a prefix that ends with a separator. */
export function matchesCaller(pattern: string, caller: string): boolean {
  return pattern.endsWith('*') ? caller.startsWith(pattern.slice(0, -1)) : pattern === caller;
}
