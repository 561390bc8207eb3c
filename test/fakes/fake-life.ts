import type { Clock } from '../../src/core/ports.ts';

/** A process that can die: from then on nothing that it was given does anything for it, or answers it. */
export interface FakeLife {
  /** The same object, for as long as the process lives. */
  guard<Target extends object>(target: Target): Target;
  guardClock(clock: Clock): Clock;
  end(): void;
}

export function createFakeLife(): FakeLife {
  let isOver = false;
  const never = new Promise<never>(() => {});
  const life: FakeLife = {
    guard: (target) =>
      new Proxy(target, {
        get(from, name) {
          const value: unknown = Reflect.get(from, name);
          if (typeof value === 'function') return (...args: unknown[]) => (isOver ? never : value.apply(from, args));
          return typeof value === 'object' && value !== null && name !== 'traits' ? life.guard(value) : value;
        },
      }),
    guardClock: (clock) => ({
      now: () => clock.now(),
      after: (delayMs, fn) =>
        clock.after(delayMs, () => {
          if (!isOver) fn();
        }),
    }),
    end() {
      isOver = true;
    },
  };
  return life;
}
