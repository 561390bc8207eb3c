import { McoError } from '../../core/errors.ts';
import type { Pattern } from './host-pattern.ts';
import { parsePatternList } from './host-pattern.ts';
import { quoteText } from './quote-text.ts';

/** The options of a line in `allowed_signers`. */
export interface SignerOptions {
  /** The key signs certificates, not messages. */
  readonly certAuthority: boolean;
  /** Undefined: any namespace. */
  readonly namespaces?: readonly Pattern[];
  /** The first and the last second at which the key is valid; seconds since the epoch. */
  readonly validAfter?: number;
  readonly validBefore?: number;
}

type Draft = { -readonly [K in keyof SignerOptions]: SignerOptions[K] };

/** `name` or `name="value"`; a quote inside the value is written `\"`. */
const OPTION = /^([A-Za-z-]+)(?:="((?:[^"\\]|\\"|\\(?!"))*)")?(,|$)/;
const TIME = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i;

const refuse = (problem: string) => new McoError('failed/allowed-signers', problem);

/**
 * Reads the option field of an `allowed_signers` line (ssh-keygen(1), ALLOWED SIGNERS).
 * @throws McoError `failed/allowed-signers`
 */
export function parseSignerOptions(text: string): SignerOptions {
  const options: Draft = { certAuthority: false };
  const seen = new Set<string>();
  let rest = text;
  while (rest !== '') {
    const match = OPTION.exec(rest);
    if (match === null) throw refuse(`the options ${quoteText(rest)} can't be read`);
    const name = (match[1] ?? '').toLowerCase();
    if (seen.has(name)) throw refuse(`the option ${quoteText(name)} is there twice`);
    seen.add(name);
    applyOption(options, name, match[2]?.replaceAll('\\"', '"'));
    rest = rest.slice(match[0].length);
    if (rest === '' && match[3] === ',') throw refuse('the options end with a comma');
  }
  const { validAfter = 0, validBefore = Number.POSITIVE_INFINITY } = options;
  if (validAfter >= validBefore) throw refuse('`valid-after` is not before `valid-before`');
  return options;
}

function applyOption(options: Draft, name: string, value: string | undefined): void {
  if (name === 'cert-authority' && value === undefined) options.certAuthority = true;
  else if (name === 'namespaces' && value) options.namespaces = parsePatternList(value);
  else if (name === 'valid-after' && value) options.validAfter = parseTime(value);
  else if (name === 'valid-before' && value) options.validBefore = parseTime(value);
  else throw refuse(`the option ${quoteText(name)} is not known, or its value is missing`);
}

/** `YYYYMMDD[HHMM[SS]][Z]` in seconds since the epoch; local time without the `Z`. */
function parseTime(text: string): number {
  const match = TIME.exec(text);
  if (match === null) throw refuse(`${quoteText(text)} is not a time such as 20261231 or 202612312359Z`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const isUtc = match[7] !== '';
  const time = isUtc
    ? new Date(Date.UTC(year, month - 1, day, hour, minute, second))
    : new Date(year, month - 1, day, hour, minute, second);
  const isReal =
    (isUtc ? time.getUTCDate() === day && time.getUTCMonth() === month - 1 : time.getMonth() === month - 1) &&
    (isUtc || time.getDate() === day) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isReal || year < 1970) throw refuse(`${quoteText(text)} is not a real time`);
  return time.getTime() / 1000;
}
