import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Checkpoint, SignedCheckpoint } from '../../../core/audit-trail.ts';
import { writeCanonicalJson } from '../../../core/canonical-json.ts';

const MAX_TEXT = 16_384;

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));

const checkpointSchema: v.GenericSchema<unknown, Checkpoint> = v.strictObject({
  type: v.literal('mcobot-audit-checkpoint'),
  v: v.literal(1),
  by: v.pipe(v.string(), v.maxLength(255)),
  at: v.pipe(v.string(), v.isoTimestamp()),
  trail: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

const signedSchema = v.strictObject({ statement: text, signature: text, signer: text });

/** What a signed statement says; undefined when it is no checkpoint, or not written as the bot writes one. */
export function readStatement(statement: string): Checkpoint | undefined {
  const parsed = v.safeParse(checkpointSchema, parse(statement));
  return parsed.success && writeCanonicalJson(parsed.output) === statement ? parsed.output : undefined;
}

/** A checkpoint as it is kept, from a value that was read; undefined when it is none. */
export function readSigned(value: unknown): SignedCheckpoint | undefined {
  const parsed = v.safeParse(signedSchema, value);
  return parsed.success ? parsed.output : undefined;
}

/** A line of the checkpoints file. */
export const readSignedLine = (line: string): SignedCheckpoint | undefined => readSigned(parse(line));

/** The same for the same checkpoint, and short: many are kept in memory. */
export const keyOf = ({ statement, signature, signer }: SignedCheckpoint): string =>
  createHash('sha256')
    .update(JSON.stringify([statement, signature, signer]))
    .digest('base64')
    .slice(0, 24);

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
