import { McoError } from '../../core/errors.ts';
import type { NewOutboxItem, OutboxItem, OutboxStore } from '../../core/store.ts';
import type { Database, SqlRow } from './database.ts';
import { blobs, decodeDocument, decodeRows, encodeDocument } from './document.ts';
import type { StoreParts } from './store-parts.ts';

const ADD = 'INSERT INTO outbox (lane, doc) VALUES (?, ?)';
const LAST = 'SELECT last_insert_rowid() AS id';
const PENDING = `SELECT row AS id, attempts, first_tried_at, ${blobs('doc')} FROM outbox INDEXED BY outbox_pending
  WHERE done_at IS NULL ORDER BY row`;
const ATTEMPT = `UPDATE outbox SET attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, ?)
  WHERE row = ? AND done_at IS NULL`;
/** The card and the ways to deliver it are needed no more. */
const DONE = 'UPDATE outbox SET done_at = ?, failure = ?, doc = NULL WHERE row = ? AND done_at IS NULL';
const ROOT = 'UPDATE runs SET root = ?, root_thread = ? WHERE id = ?';

/** Messages that wait to be delivered, in the table `outbox`. */
export function createOutboxStore({ database, clock, noteProblem }: StoreParts): OutboxStore {
  return {
    async add(items) {
      return database.transact(() => addItems(database, items));
    },
    async pending() {
      return decodeRows(database.rows(PENDING), decodeItem, noteProblem);
    },
    async noteAttempt(id, at) {
      if (database.run(ATTEMPT, at, id) === 1) return;
      throw new McoError('failed/store', `item ${id} of the outbox does not wait to be delivered`);
    },
    async noteDelivered(id, root) {
      database.transact(() => {
        database.run(DONE, clock.now(), null, id);
        if (root === undefined) return;
        const { run, post } = root;
        database.run(ROOT, encodeDocument(post), post.thread ?? post.id, run);
      });
    },
    async noteFailed(id, reason) {
      database.run(DONE, clock.now(), reason, id);
    },
  };
}

/** Adds them within the transaction that is open; whoever ends a run adds what tells people so in the same one. */
export function addItems(database: Database, items: readonly NewOutboxItem[]): OutboxItem[] {
  return items.map((item) => {
    database.run(ADD, item.lane, encodeDocument(item));
    const id = database.rows(LAST)[0]?.id as number;
    return { ...item, id, attempts: 0 };
  });
}

function decodeItem({ id, attempts, first_tried_at: firstTriedAt, doc }: SqlRow): OutboxItem {
  return {
    ...decodeDocument<NewOutboxItem>(doc, `row ${id as number} of outbox`),
    id: id as number,
    attempts: attempts as number,
    ...(firstTriedAt === null ? {} : { firstTriedAt: firstTriedAt as number }),
  };
}
