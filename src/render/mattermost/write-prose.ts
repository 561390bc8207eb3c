import type { Line, Span } from '../layout-card.ts';

/**
 * Words that mean nothing to Markdown wherever they stand in a line: letters and digits, a few signs inside, brackets and
 * quotes round it, punctuation behind it. A colon only at the very end, so that no emoji, scheme or emoticon can form.
 */
const PLAIN_WORD = /^[("']{0,2}[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}.,'%+=?-]|\/(?!\/))*[)"',.?!…]*[:;]?$/u;

/** Signs that may stand alone, or next to a code span. Those of the second kind would make a list or a heading of a line. */
const PLAIN_SIGN = /^(?:[("']|[)"',.?!…]+[:;]?|[:;·–—])$/u;
const INNER_SIGN = /^[-/=+%]$/;

/** Linked without a scheme; the one emoticon of letters; a list item. */
const LINKED = /www\d*\./i;
const EMOTICON = /x-d/i;
const LIST_ITEM = /^\d+[.)]+$/;

/**
 * A line of prose as Markdown in which nothing from outside takes effect.
 *
 * INVARIANT: what is not known to be harmless stands in a code span. Mattermost looks for mentions, links, emoji and hashtags
 * outside of code only; its server finds mentions behind a backslash too, so backslashes are no help.
 */
export function writeProse(line: Line): string {
  const [first, ...more] = line;
  if (first === undefined) return '';
  const spans = [{ ...first, text: first.text.trimStart() }, ...more];
  const marked = spans.flatMap((span, i) => markSpan(span, i === 0));
  return joinCode(marked, /^$/)
    .map(({ style, text }) => (style === 'code' ? writeCode(text) : text))
    .join('')
    .trim();
}

/** A span as harmless words and code. */
function markSpan(span: Span, isFirst: boolean): Span[] {
  if (span.style === 'code') return [span];
  const words = span.text
    .split(/( +)/)
    .filter((word) => word !== '')
    .map((word, i): Span => ({ style: isPlain(word, isFirst && i === 0) ? 'plain' : 'code', text: word }));
  const marked = joinCode(words.flatMap(openPunctuation), /^ *$/);
  // An asterisk inside would end the bold for readers that do not see the code first.
  const isBold = span.style === 'bold' && !span.text.includes('*');
  return isBold ? [{ style: 'plain', text: '**' }, ...marked, { style: 'plain', text: '**' }] : marked;
}

function isPlain(word: string, isFirst: boolean): boolean {
  if (word.startsWith(' ') || PLAIN_SIGN.test(word)) return true;
  if (isFirst && LIST_ITEM.test(word)) return false;
  if (INNER_SIGN.test(word)) return !isFirst;
  return PLAIN_WORD.test(word) && !LINKED.test(word) && !EMOTICON.test(word);
}

/** `(@ops),` as a bracket, code, and what follows it. */
function openPunctuation(span: Span): Span[] {
  if (span.style !== 'code') return [span];
  const [, before = '', core = '', after = ''] = /^([("']{0,2})(.*?)([)"',.?!]*[:;]?)$/su.exec(span.text) ?? [];
  if (core === '' || /^[)"',.;:?!(]/u.test(core)) return [span];
  const parts: Span[] = [
    { style: 'plain', text: before },
    { style: 'code', text: core },
    { style: 'plain', text: after },
  ];
  return parts.filter(({ text }) => text !== '');
}

/** Code next to code is one span, also with such a gap between: two would touch each other's back-ticks. */
function joinCode(spans: readonly Span[], gap: RegExp): Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const [before, last] = [joined.at(-2), joined.at(-1)];
    if (span.style !== 'code' || last === undefined) joined.push(span);
    else if (last.style === 'code') joined.splice(-1, 1, { ...last, text: last.text + span.text });
    else if (before?.style === 'code' && gap.test(last.text)) {
      joined.splice(-2, 2, { ...before, text: before.text + last.text + span.text });
    } else joined.push(span);
  }
  return joined;
}

/** A code span whose delimiters are longer than any run of back-ticks inside (CommonMark 0.31, 6.1); nothing for nothing. */
export function writeCode(text: string): string {
  const shown = text.trim();
  if (shown === '') return '';
  const runs = shown.match(/`+/g) ?? [];
  const ticks = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const pad = runs.length > 0 ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}
