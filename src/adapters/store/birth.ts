import { randomBytes } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import type { StoreParts } from './store-parts.ts';

const ID_BYTES = 8;
const BEAR = 'INSERT INTO birth (row, id, at) VALUES (1, ?, ?) ON CONFLICT (row) DO NOTHING';
const READ = 'SELECT CAST(id AS BLOB) AS id, at FROM birth WHERE row = 1';

/**
 * Names a store when it is opened for the first time, or for the first time since stores have names.
 *
 * @throws McoError `failed/store`
 */
export function readBirth({ database, clock }: StoreParts): Pick<Store, 'id' | 'bornAt'> {
  database.run(BEAR, randomBytes(ID_BYTES), Math.floor(clock.now()));
  const [row] = database.rows(READ);
  if (!(row?.id instanceof ArrayBuffer) || row.id.byteLength !== ID_BYTES || typeof row.at !== 'number') {
    throw new McoError('failed/store', 'the store is damaged: its name can not be read', {
      hint: 'move the file away to start with an empty store: what ran before is forgotten then',
    });
  }
  return { id: Buffer.from(row.id).toString('hex'), bornAt: row.at };
}
