import type { Input } from '../core/agent-description.ts';
import { matchesGlob } from '../core/match-glob.ts';
import type { InputLimits } from './policy.ts';

/**
 * Inputs that say what another one means: to a shell `/usr/bin/uptime; id` is two programs, and `make` does what a file in
 * its directory says. By name and not by description,
 * as what decides has none: for the cases of a policy, for a job that is looked after, for an agent that is gone.
 */
const MEANING: readonly { readonly actions: string; readonly input: string; readonly of: string }[] = [
  { actions: 'shell.', input: 'shell', of: 'command' },
  { actions: 'shell.', input: 'directory', of: 'command' },
];

/**
 * What stands for a value that was taken out when the input was kept (`core/secret-input.ts`): nobody knows it any more.
 * INVARIANT: of what is not known the worst is assumed: it is never what an allowing rule lists, and always what a denying
 * one does. Somebody who gives it as a value is treated alike.
 */
export const UNKNOWN_VALUE = '***';

/**
 * Whether an allowing rule's limits let an input pass. INVARIANT: a rule that lists values of one input has not allowed them
 * to mean something else: where an input that says what they mean is given, the rule has to list that one too.
 *
 * @param action `AGENT.ACTION`
 */
export function permitsInputs(limits: InputLimits, action: string, input: Input): boolean {
  return matchInputs(limits, input, false) && !findSilent(limits, action).some((name) => Object.hasOwn(input, name));
}

/** The inputs that change what the limits are about, and that they say nothing of. */
const findSilent = (limits: InputLimits, action: string): string[] =>
  MEANING.filter(({ actions, input, of }) => action.startsWith(actions) && limits.has(of) && !limits.has(input)).map(
    ({ input }) => input,
  );

/** Whether a denying rule's limits are about an input. */
export const deniesInputs = (limits: InputLimits, input: Input): boolean => matchInputs(limits, input, true);

/** Whether every named input is given, and its whole value matches one of the globs for it. */
function matchInputs(limits: InputLimits, input: Input, unknownMatches: boolean): boolean {
  for (const [name, globs] of limits) {
    if (!Object.hasOwn(input, name)) return false;
    const value = String(input[name]);
    const isMatch = value === UNKNOWN_VALUE ? unknownMatches : globs.some((glob) => matchesGlob(glob, value));
    if (!isMatch) return false;
  }
  return true;
}

/** For a sentence: "`package` is `openafs-*` or `libc6`". It shows what the policy says, never what was given. */
export function describeInputs(limits: InputLimits, action: string): string {
  const parts = [...limits].map(([name, globs]) => {
    const shown = globs.slice(0, 5).map((glob) => `\`${glob}\``);
    return `\`${name}\` is ${shown.join(' or ')}${globs.length > shown.length ? ' or some others' : ''}`;
  });
  const silent = findSilent(limits, action).map((name) => `\`${name}\` is not given`);
  return [...parts, ...silent].join(' and ');
}
