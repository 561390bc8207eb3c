const NAME = /^[a-z][a-z0-9._-]{0,63}$/;

/** Names that mean something else in a policy file. */
const TAKEN = ['everyone', 'true', 'false', 'null', 'constructor', 'prototype'];

/** Something that needs a name: what it would like to be called, and what else it may be called. */
export interface Unnamed {
  /** By which it is known where it comes from: `cert=ana`. */
  readonly id: string;
  readonly wish: string;
  readonly otherwise: string;
}

/**
 * Id -> a name that policies take. Who alone wishes for a plain name gets it; the others get one that tells them apart.
 * INVARIANT: two ids never share a name.
 */
export function nameApart(all: readonly Unnamed[]): ReadonlyMap<string, string> {
  const wishes = new Map<string, number>();
  for (const { wish } of all) wishes.set(wish.toLowerCase(), (wishes.get(wish.toLowerCase()) ?? 0) + 1);
  const isGranted = ({ wish }: Unnamed): boolean =>
    NAME.test(wish) && !TAKEN.includes(wish) && wishes.get(wish.toLowerCase()) === 1;
  const used = new Set([...TAKEN, ...all.filter(isGranted).map(({ wish }) => wish)]);
  const nameOther = ({ otherwise }: Unnamed): string => {
    const plain = makePlain(otherwise);
    let name = plain;
    for (let next = 2; used.has(name); next++) name = `${plain}-${next}`;
    used.add(name);
    return name;
  };
  return new Map(all.map((one) => [one.id, isGranted(one) ? one.wish : nameOther(one)]));
}

/** What is no letter becomes a dash; the length leaves room for a number. */
function makePlain(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 56);
  return /^[a-z]/.test(plain) ? plain : `x-${plain}`;
}
