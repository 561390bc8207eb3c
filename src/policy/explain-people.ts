import type { BotPolicy } from './policy.ts';

/** The people that accounts, groups or rules name, by their names alone: for typing mistakes. */
export function listPeople({ accounts, groups, bindings, deny }: BotPolicy): string[] {
  const callers = [
    ...accounts.values(),
    ...[...groups.values()].flatMap((members) => [...members]),
    ...[...bindings, ...deny].flatMap(({ who }) => [...who.callers]),
  ];
  const people = callers
    .filter((caller) => caller.startsWith('person:'))
    .map((caller) => caller.slice('person:'.length));
  return [...new Set(people)];
}
