const DOUBLE_QUOTES = '"“”„‟«»＂';
const SINGLE_QUOTES = "'‘’‚‛‹›＇";
/** What two hyphens are made into, and what one is. */
const LONG_DASHES = '—–―';
const SHORT_DASHES = '‐‑−﹣－';
const LINE_BREAKS = '\t\n\r\v\f\u0085\u2028\u2029';

const DASHES_AHEAD = new RegExp(`[-${LONG_DASHES}${SHORT_DASHES}]+`, 'y');

/** What follows the dash of an option of one letter: a capital, as no long option has one, or a character alone. */
const LETTER_OPTION = /^(?:[A-Z]|[a-z0-9](?:\s|$))/;

/** The name of a long option up to where it is read. */
const INSIDE_OPTION_NAME = /(?:^| )--[a-z-]*[a-z]$/;

/** The letters, digits and signs of East Asian keyboards, which have these twice. The backslash is left out. */
const FULL_WIDTH = /^[！-［］-～]$/;
const FULL_WIDTH_DISTANCE = 0xfee0;

/** Quotes, dashes, dots, wide letters and line breaks: what they become depends on the quotes round them. */
export function straightenText(text: string): string {
  let out = '';
  let quote: string | undefined;
  let straightEnd = -1;
  let isCurly = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const kind = kindOfQuote(char);
    if (char === '\\' && quote !== "'") {
      at += 1;
      const next = text.charAt(at);
      out += isLineBreak(next) && quote === undefined ? ' ' : char + (kindOfQuote(next) ?? next);
    } else if (kind === undefined) {
      const dashes = quote === undefined && startsWord(out) ? dashesAt(text, at) : '';
      if (dashes !== '') {
        out += straightenDashes(dashes, text.slice(at + dashes.length));
        at += dashes.length - 1;
      } else if (char === '…') {
        out += quote === undefined || isCurly ? '...' : char;
      } else {
        out += quote === undefined ? plainCharacter(text, at, out) : char;
      }
    } else if (quote === undefined) {
      quote = kind;
      isCurly = char !== kind;
      straightEnd = isCurly ? -1 : text.indexOf(kind, at + 1);
      out += kind;
    } else if (kind !== quote) {
      out += kind;
    } else if (at < straightEnd) {
      out += char;
    } else {
      quote = undefined;
      out += kind;
    }
  }
  return out;
}

const startsWord = (before: string): boolean => before === '' || before.endsWith(' ');

function dashesAt(text: string, at: number): string {
  DASHES_AHEAD.lastIndex = at;
  return DASHES_AHEAD.exec(text)?.[0] ?? '';
}

/** The dashes that begin a word. Several are two, whatever they were made into; typed ones stay. */
function straightenDashes(dashes: string, after: string): string {
  if (/^-+$/.test(dashes)) return dashes;
  if (dashes.length > 1) return '--';
  return SHORT_DASHES.includes(dashes) || LETTER_OPTION.test(after) ? '-' : '--';
}

/** @param before what the text before `at` has become */
function plainCharacter(text: string, at: number, before: string): string {
  const char = text.charAt(at);
  if (isLineBreak(char)) return ' ';
  if (SHORT_DASHES.includes(char)) return '-';
  if (LONG_DASHES.includes(char) && /[a-zａ-ｚ]/.test(text.charAt(at + 1)) && INSIDE_OPTION_NAME.test(before))
    return '-';
  return FULL_WIDTH.test(char) ? String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_DISTANCE) : char;
}

function isLineBreak(char: string): boolean {
  return char !== '' && LINE_BREAKS.includes(char);
}

function kindOfQuote(char: string): '"' | "'" | undefined {
  if (char === '') return undefined;
  if (DOUBLE_QUOTES.includes(char)) return '"';
  return SINGLE_QUOTES.includes(char) ? "'" : undefined;
}
