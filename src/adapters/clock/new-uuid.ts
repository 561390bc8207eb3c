import { randomBytes } from 'node:crypto';

/** Random bytes are fetched for this many identifiers at once. */
const POOL_IDS = 256;
const RANDOM_BYTES = 10;

let pool = Buffer.alloc(0);
let used = 0;

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds since the epoch, then 74 random bits.
 *
 * @param nowMs its time; default now
 */
export function newUuid(nowMs: number = Date.now()): string {
  if (used + RANDOM_BYTES > pool.length) {
    pool = randomBytes(POOL_IDS * RANDOM_BYTES);
    used = 0;
  }
  const time = Math.trunc(nowMs).toString(16).padStart(12, '0');
  const random = pool.toString('hex', used, used + RANDOM_BYTES);
  const variant = (8 + ((pool[used + 2] as number) % 4)).toString(16);
  used += RANDOM_BYTES;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(5, 8)}-${random.slice(8)}`;
}
