import type { InboxStore, SeenMessage } from '../../core/store.ts';
import type { Database, SqlRow } from './database.ts';
import { blobs, decodeDocument, decodeRows, encodeDocument } from './document.ts';
import type { StoreParts } from './store-parts.ts';

const CLAIM = 'INSERT INTO inbox (chat, id, received_at, doc) VALUES (?, ?, ?, ?) ON CONFLICT (chat, id) DO NOTHING';
/** Its id is all that is needed from now on; its text and the ways to answer it are not kept. */
const CLOSE = 'UPDATE inbox SET closed_at = ?, doc = NULL WHERE chat = ? AND id = ? AND closed_at IS NULL';
const OPEN = `SELECT row, ${blobs('doc')} FROM inbox WHERE closed_at IS NULL ORDER BY received_at, row`;

/** Messages that were seen, in the table `inbox`. */
export function createInboxStore({ database, clock, noteProblem }: StoreParts): InboxStore {
  return {
    async claim(seen) {
      const { chat, message, receivedAt } = seen;
      // INVARIANT: the table's unique key decides, not what was read before.
      return database.run(CLAIM, chat, message.id, receivedAt, encodeDocument(seen)) === 1;
    },
    async close(chat, id) {
      closeMessage(database, { chat, id, at: clock.now() });
    },
    async open() {
      const decode = ({ row, doc }: SqlRow) => decodeDocument<SeenMessage>(doc, `row ${row as number} of inbox`);
      return decodeRows(database.rows(OPEN), decode, noteProblem);
    },
  };
}

/** Whoever begins a run for a message closes it in the same transaction. One that is closed already stays so. */
export function closeMessage(database: Database, { chat, id, at }: { chat: string; id: string; at: number }): void {
  database.run(CLOSE, at, chat, id);
}
