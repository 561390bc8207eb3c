import type { LearnedAgent } from '../../core/learned-agent.ts';
import type { AgentStore } from '../../core/store.ts';
import type { SqlRow } from './database.ts';
import { blobs, decodeDocument, decodeRows, encodeDocument } from './document.ts';
import type { StoreParts } from './store-parts.ts';

const KEEP = 'INSERT INTO agents (name, doc) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc';
const ALL = `SELECT row, ${blobs('doc')} FROM agents ORDER BY name`;
const FORGET = 'DELETE FROM agents WHERE name = ?';

/** What nodes told of their agents, in the table `agents`. */
export function createAgentStore({ database, noteProblem }: StoreParts): AgentStore {
  return {
    async all() {
      const decode = ({ row, doc }: SqlRow) => decodeDocument<LearnedAgent>(doc, `row ${row as number} of agents`);
      return decodeRows(database.rows(ALL), decode, noteProblem);
    },
    async keep(agent) {
      database.run(KEEP, agent.description.agent, encodeDocument(agent));
    },
    async forget(name) {
      database.run(FORGET, name);
    },
  };
}
