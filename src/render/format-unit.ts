import type { Unit } from '../core/agent-description.ts';

const SPANS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A time or a size as people read it: `3 d 4 h`, `1.2 GiB`. What is none, such as a negative one, stays a number. */
export function formatUnit(value: number, unit: Unit): string {
  if (!Number.isFinite(value) || value < 0) return String(value);
  return unit === 'seconds' ? formatSpan(value) : formatSize(unit === 'kibibytes' ? value * 1024 : value);
}

/** The name of a column without the unit that its cells have now: `age_s`, `memory_kb`. */
export const nameWithoutUnit = (name: string): string => name.replace(/(?<=.)_(?:s|seconds|kb|bytes)$/, '');

/** In its largest unit and the one below. */
function formatSpan(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const at = SPANS.findIndex(([, length]) => whole >= length);
  const [unit, length] = SPANS[at] ?? SPANS[3];
  const [lesser, part] = SPANS[at + 1] ?? SPANS[3];
  const rest = Math.floor((whole % length) / part);
  return `${Math.floor(whole / length)} ${unit}${rest === 0 ? '' : ` ${rest} ${lesser}`}`;
}

function formatSize(bytes: number): string {
  let size = bytes;
  let step = 0;
  // What would be rounded to a thousand and more of one is one of the next.
  while (size >= 999.95 && step < SIZES.length - 1) {
    size /= 1024;
    step += 1;
  }
  return `${step === 0 ? Math.round(size) : size.toFixed(1).replace(/\.0$/, '')} ${SIZES[step] ?? ''}`;
}
