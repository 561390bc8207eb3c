import type { Store } from '../../core/store.ts';
import type { StoreParts } from './store-parts.ts';

const NOTE = 'INSERT INTO heard (chat, until) VALUES (?, ?) ON CONFLICT (chat) DO UPDATE SET until = excluded.until';
const READ = 'SELECT until FROM heard WHERE chat = ?';

/** Up to when the chats were heard, in the table `heard`. */
export function createHeard({ database }: StoreParts): Pick<Store, 'heardUntil' | 'noteHeard'> {
  return {
    async heardUntil(chat) {
      const until = database.rows(READ, chat)[0]?.until;
      return typeof until === 'number' ? until : undefined;
    },
    async noteHeard(chat, until) {
      database.run(NOTE, chat, Math.floor(until));
    },
  };
}
