import type { BotPolicy } from './policy.ts';

/** The people of the policy, by their names alone: for typing mistakes. */
export function listPeople({ people }: BotPolicy): string[] {
  return [...people];
}
