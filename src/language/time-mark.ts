import type { TimeMark } from '../core/command.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

/** Longest first: the spelling of a time is the shortest whole number. */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Nothing is on record for longer. */
const MAX_AGO_MS = 3650 * 86_400_000;

const AGO = /^([1-9]\d{0,8})([dhms])$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

/**
 * `2h`, `90m`, `7d` before now; or `2026-11-22`, `2026-11-22T10:00Z`, `2026-11-22T10:00:05Z`, which are UTC (RFC 3339).
 *
 * @throws McoError `usage/bad-time`
 */
export function parseTimeMark(word: SourceWord): TimeMark {
  const mark = readAgo(word.text) ?? readMoment(word.text);
  if (mark !== undefined) return mark;
  throw failAt(word, 'usage/bad-time', {
    message: `${quoteInput(word.text)} is no time`,
    hint: 'such as `2h`, `90m`, `7d`, `2026-11-22` or `2026-11-22T10:00Z`',
  });
}

/** The spelling that `parseTimeMark` reads back. */
export function formatTimeMark(mark: TimeMark): string {
  if ('at' in mark) {
    return new Date(mark.at).toISOString().replace('.000Z', 'Z').replace(/:00Z$/, 'Z').replace('T00:00Z', '');
  }
  const { agoMs } = mark;
  const [unit, unitMs] = UNITS.find(([, ms]) => agoMs % ms === 0) ?? UNITS[3];
  return `${agoMs / unitMs}${unit}`;
}

function readAgo(text: string): TimeMark | undefined {
  const [, digits, letter] = AGO.exec(text) ?? [];
  const unitMs = UNITS.find(([unit]) => unit === letter)?.[1];
  if (unitMs === undefined) return undefined;
  const agoMs = Number(digits) * unitMs;
  return agoMs <= MAX_AGO_MS ? { agoMs } : undefined;
}

/** The thirtieth of February is no time: what a date is rolled over to is not what was typed. */
function readMoment(text: string): TimeMark | undefined {
  if (!MOMENT.test(text)) return undefined;
  const at = Date.parse(text);
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.replace('Z', ''));
  return isReal ? { at } : undefined;
}
