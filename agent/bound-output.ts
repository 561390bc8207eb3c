import { McoError } from '../src/core/errors.ts';
import type { JsonValue } from '../src/core/json.ts';
import { LIMITS } from '../src/core/limits.ts';
import type { ReplyData } from '../src/core/reply.ts';

/** What the rest of a reply may take: status message, ids, names. */
const ENVELOPE_BYTES = 32 * 1024;
const ENVELOPE_DEPTH = 4;
const MAX_NAME_LENGTH = 255;
/** Longest string, characters, tried in turn until the whole fits. */
const STRING_LIMITS = [Number.POSITIVE_INFINITY, 262_144, 65_536, 16_384, 4096, 1024, 256];

const encoder = new TextEncoder();

/**
 * An action's result as it fits into a reply: long strings are cut and say how much is missing, what is nested too
 * deeply is replaced by a note.
 *
 * @throws McoError `failed/too-large` when there is too much even so, `bug/bad-output` for what JSON can't hold
 */
export function boundOutput(data: ReplyData, maxBytes: number = LIMITS.replyBytes - ENVELOPE_BYTES): ReplyData {
  for (const limit of STRING_LIMITS) {
    const cut = Object.fromEntries(
      Object.entries(data)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name.slice(0, MAX_NAME_LENGTH), cutValue(value, limit, ENVELOPE_DEPTH)]),
    );
    if (encoder.encode(JSON.stringify(cut)).length <= maxBytes) return cut;
  }
  throw new McoError('failed/too-large', `the result is larger than ${maxBytes} bytes and can't be cut`);
}

function cutValue(value: JsonValue | undefined, limit: number, depth: number): JsonValue {
  if (value === undefined || value === null) return null;
  switch (typeof value) {
    case 'string':
      return cutString(value, limit);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      throw new McoError('bug/bad-output', `an action returned a ${typeof value}, which JSON can't hold`);
  }
  if (depth >= LIMITS.jsonDepth) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((item: JsonValue) => cutValue(item, limit, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cutValue(part, limit, depth + 1)]));
}

function cutString(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Not between the two halves of a character outside the basic plane.
  const head = text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '');
  return `${head}[cut: ${text.length - head.length} more characters]`;
}
