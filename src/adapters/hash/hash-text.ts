import { createHash } from 'node:crypto';
import type { Hash } from '../../core/ports.ts';

/** SHA-256 (FIPS 180-4). */
export const hashText: Hash = (text) => createHash('sha256').update(text, 'utf8').digest('hex');
