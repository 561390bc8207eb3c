import type { Card, CardPart } from '../../core/card.ts';
import { CUT_MARK, escapeText } from '../../core/escape-text.ts';
import { readHeader } from '../describe-header.ts';
import { NOTHING } from '../layout-card.ts';
import { splitProgress } from '../progress-bar.ts';

/** `chat.update` refuses more than 4,000 characters. */
const MAX_LENGTH = 3900;

/** Counts whose words would be shouted otherwise. */
const COUNTED = /(\d+) (FAILED|DENIED|EXPIRED|NO RESPONSE|UNKNOWN|NOT WAITED FOR|NOT SENT)\b/g;

/**
 * The text of a message that screen readers and notifications use in place of its blocks: the outcome first, then what was
 * asked, then the rest as far as it fits.
 *
 * INVARIANT: it holds no `<`, `>` or `&` but as entities, so nothing in it is a mention, a link or a command. A bare `@here`
 * mentions nobody as long as the message is sent without `link_names` and without `parse: full`.
 */
export function writeFallback(card: Card): string {
  const outcome = [card.outcome, card.summary === undefined ? undefined : speak(card.summary)]
    .filter(Boolean)
    .join(': ');
  const title = [outcome, card.header === undefined ? '' : speakHeader(card.header)].filter(Boolean).join('. ');
  const lines = [title, ...card.body.flatMap(speakPart)].map(speakLine).filter(Boolean);
  return escapeMarkup(lines.length > 0 ? lines.join('\n') : NOTHING);
}

/** `142 OK · 3 NO RESPONSE of 145` as `142 OK, 3 no response of 145`; a bar is nothing to listen to. */
function speak(summary: string): string {
  return (splitProgress(summary)?.rest ?? summary)
    .replaceAll(' · ', ', ')
    .replace(/(\d+) \/ (\d+)/g, '$1 of $2')
    .replace(COUNTED, (_, count: string, word: string) => `${count} ${word.toLowerCase()}`);
}

function speakHeader(header: string): string {
  const fields = readHeader(header);
  if (fields === undefined) return header;
  const { caller, command, effect, run } = fields;
  return `${command}${effect === 'WRITE' ? ' (WRITE)' : ''}, asked by ${caller}, ${run}`;
}

function speakPart(part: CardPart): string[] {
  if (part.kind === 'table') {
    return part.rows.map(([name = '', ...cells]) => `${name}: ${cells.filter((cell) => cell !== '').join(', ')}`);
  }
  return part.lines.filter((line) => splitProgress(line) === undefined && !/^ *\^+$/.test(line));
}

/** Carets are nothing to listen to, gaps between columns are pauses. */
const speakLine = (line: string): string =>
  escapeText(line.trim().replace(/^\^+ /, ''))
    .replace(/: {2,}/g, ': ')
    .replace(/ {2,}/g, ', ');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack's own escapes, and the whole within its limit: https://docs.slack.dev/messaging/formatting-message-text */
function escapeMarkup(text: string): string {
  const escaped = text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
  if (escaped.length <= MAX_LENGTH) return escaped;
  let shown = '';
  for (const character of text) {
    const next = ENTITIES[character] ?? character;
    if (shown.length + next.length + CUT_MARK.length > MAX_LENGTH) break;
    shown += next;
  }
  return shown + CUT_MARK;
}
