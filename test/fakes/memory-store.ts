import { openDatabase } from '../../src/adapters/store/database.ts';
import { createStore, prepareDatabase } from '../../src/adapters/store/open-store.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { Store } from '../../src/core/store.ts';

/** The real store, in memory, and there at once. */
export function createMemoryStore(clock: Clock): Store {
  const database = openDatabase(':memory:');
  prepareDatabase(database);
  return createStore({
    database,
    clock,
    noteProblem(problem) {
      throw problem;
    },
  });
}
