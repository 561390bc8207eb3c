import type { VersionOrder } from './data-functions.ts';

/**
 * Below zero where `a` is older than `b`, above zero where it is newer, zero where they are the same version. Absence is
 * no version: whoever compares leaves out what is not installed, for an empty text is older than nearly everything.
 *
 * `deb` follows deb-version(7) and Debian Policy 5.6.12, with its epoch and revision. `rpm` follows rpm-version(7): the
 * epoch counts zero where there is none, and the release counts only where both name one.
 */
export function compareVersions(order: VersionOrder, a: string, b: string): number {
  return order === 'deb' ? compareDeb(splitVersion(a), splitVersion(b)) : compareRpm(splitVersion(a), splitVersion(b));
}

/** `[epoch:]version[-revision]`; the version may have dashes of its own, so the last one counts. */
interface VersionParts {
  readonly epoch: string;
  readonly version: string;
  readonly revision: string | undefined;
}

function splitVersion(text: string): VersionParts {
  const colon = /^\d+:/.exec(text)?.[0].length ?? 0;
  const dash = text.lastIndexOf('-');
  const hasRevision = dash >= colon;
  return {
    epoch: colon === 0 ? '0' : text.slice(0, colon - 1),
    version: text.slice(colon, hasRevision ? dash : undefined),
    revision: hasRevision ? text.slice(dash + 1) : undefined,
  };
}

function compareDeb(a: VersionParts, b: VersionParts): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareDebText(a.version, b.version) ||
    compareDebText(a.revision ?? '', b.revision ?? '')
  );
}

function compareRpm(a: VersionParts, b: VersionParts): number {
  const versions = compareDigits(a.epoch, b.epoch) || compareRpmText(a.version, b.version);
  if (versions !== 0 || a.revision === undefined || b.revision === undefined) return versions;
  return compareRpmText(a.revision, b.revision);
}

/** By turns a stretch without digits, letter by letter, and a number. */
function compareDebText(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    // What ends or comes to a number weighs nothing, and nothing else does: two of equal weight are the same letter.
    while (weighLetter(a[i]) !== 0 || weighLetter(b[j]) !== 0) {
      const difference = weighLetter(a[i]) - weighLetter(b[j]);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    const [left, right] = [readDigits(a, i), readDigits(b, j)];
    const difference = compareDigits(left, right);
    if (difference !== 0) return difference;
    i += left.length;
    j += right.length;
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, and letters before everything else. */
function weighLetter(letter: string | undefined): number {
  if (letter === undefined || isDigit(letter)) return 0;
  if (letter === '~') return -1;
  return letter.charCodeAt(0) + (/[A-Za-z]/.test(letter) ? 0 : 0x10000);
}

/** Segments of digits and of letters; what stands between them only separates, but for the tilde and the caret. */
function compareRpmText(a: string, b: string): number {
  const [left, right] = [readSegments(a), readSegments(b)];
  for (let i = 0; i < left.length || i < right.length; i++) {
    const difference = compareSegments(left[i], right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

const readSegments = (text: string): string[] => text.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];

/** The end comes after a tilde, and before everything else; a caret comes after the end, and before everything else. */
function compareSegments(a: string | undefined, b: string | undefined): number {
  const difference = rankSegment(a) - rankSegment(b);
  if (difference !== 0 || a === undefined || b === undefined) return difference;
  if (isDigit(a)) return compareDigits(a, b);
  return a === b ? 0 : a < b ? -1 : 1;
}

function rankSegment(segment: string | undefined): number {
  if (segment === '~') return 0;
  if (segment === undefined) return 1;
  if (segment === '^') return 2;
  return isDigit(segment) ? 4 : 3;
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

function readDigits(text: string, from: number): string {
  let to = from;
  while (isDigit(text[to])) to += 1;
  return text.slice(from, to);
}

const isDigit = (text: string | undefined): boolean => text !== undefined && text >= '0' && text < ':';
