/** What of one person may be under way: ten runs, and what they ask besides. */
const MAX_OF_ONE = 30;
const MAX_IN_ALL = 1000;

/** The same for people of whom no right is known: of one, and of all of them together. */
const MAX_OF_STRANGER = 6;
const MAX_OF_STRANGERS = 60;

/** Held while something said is being answered. */
export interface Place {
  /** A stranger turned out to have rights here. False: there is no room, and the place is left. */
  becomeKnown(): boolean;
  leave(): void;
}

export interface Places {
  /** Undefined: no room. */
  take(account: string, isKnown: boolean): Place | undefined;
}

/**
 * Bounds what is under way in one chat.
 * INVARIANT: each account has a bound of its own, so that nobody alone can shut out another.
 */
export function createPlaces(): Places {
  const known = createCounts({ maxOfOne: MAX_OF_ONE, max: MAX_IN_ALL });
  const strangers = createCounts({ maxOfOne: MAX_OF_STRANGER, max: MAX_OF_STRANGERS });
  return {
    take(account, isKnown) {
      let held = isKnown ? known : strangers;
      if (!held.add(account)) return undefined;
      let isHeld = true;
      const leave = (): void => {
        if (isHeld) held.remove(account);
        isHeld = false;
      };
      return {
        becomeKnown() {
          leave();
          held = known;
          isHeld = known.add(account);
          return isHeld;
        },
        leave,
      };
    },
  };
}

/** How many there are of each; who is at zero is forgotten. */
function createCounts({ maxOfOne, max }: { readonly maxOfOne: number; readonly max: number }) {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    add(name: string): boolean {
      const count = counts.get(name) ?? 0;
      if (count >= maxOfOne || total >= max) return false;
      counts.set(name, count + 1);
      total++;
      return true;
    },
    remove(name: string): void {
      const count = (counts.get(name) ?? 0) - 1;
      if (count <= 0) counts.delete(name);
      else counts.set(name, count);
      total--;
    },
  };
}
