import type { Input } from '../core/agent-description.ts';
import { matchesGlob } from '../core/match-glob.ts';
import type { InputLimits } from './policy.ts';

/** Whether every named input is given, and its whole value matches one of the globs for it. */
export function matchInputs(limits: InputLimits, input: Input): boolean {
  for (const [name, globs] of limits) {
    if (!Object.hasOwn(input, name)) return false;
    const value = String(input[name]);
    if (!globs.some((glob) => matchesGlob(glob, value))) return false;
  }
  return true;
}

/** For a sentence: "`package` is `openafs-*` or `libc6`". It shows what the policy says, never what was given. */
export function describeInputs(limits: InputLimits): string {
  const parts = [...limits].map(([name, globs]) => {
    const shown = globs.slice(0, 5).map((glob) => `\`${glob}\``);
    return `\`${name}\` is ${shown.join(' or ')}${globs.length > shown.length ? ' or some others' : ''}`;
  });
  return parts.join(' and ');
}
