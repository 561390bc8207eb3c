import { McoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';

/** Chats blow a text up (a link is its address and its label): this much is looked at. */
const MAX_RAW_LENGTH = 4 * LIMITS.commandLength;

/** Back-ticks round the whole command, with or without the trigger in front of them. */
const BACKTICKED = /^((?:<@[UW][A-Z0-9]+(?:\|[^<>|]*)?>|[/@]?mco)[:,]? +)?(```|`)([^`]+)\2$/i;

/**
 * What a chat wraps text in: Slack's `<address|label>`, `<@U1|name>`, `<#C1|name>` and `<!here>`, Markdown's
 * `[label](address)`, and the three entities that Slack escapes (https://docs.slack.dev/messaging/formatting-message-text).
 * One expression, so that nothing is unwrapped twice.
 */
const WRAPPED = new RegExp(
  [
    String.raw`<(?<address>(?:https?://|mailto:|tel:)[^<>|\s]+)(?:\|(?<label>[^<>]*))?>`,
    String.raw`<(?<sigil>[@#!])(?<id>[^<>|\s]+)(?:\|(?<name>[^<>|]*))?>`,
    String.raw`\[(?<markdown>[^[\]]+)\]\((?:https?://|mailto:|tel:)[^()\s]+\)`,
    `&(?<entity>amp|lt|gt);`,
  ].join('|'),
  'gi',
);
const ENTITY = /&(amp|lt|gt);/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };

const DOUBLE_QUOTES = '"“”„‟';
const SINGLE_QUOTES = "'‘’‚‛";
const LONG_DASHES = '—–―';
const SHORT_DASHES = '‐‑−';
const LINE_BREAKS = '\t\n\r\v\f\u0085\u2028\u2029';

/**
 * Undoes what a chat does to a command before the bot gets it: curly quotes, long dashes, no-break and zero-width
 * spaces, entities, links, mentions, back-ticks round the whole and line breaks. Text inside straight quotes keeps its
 * dashes, its line breaks, and curly quotes of the same kind. A user is left as `@` and the id that the chat vouches for.
 *
 * @throws McoError `usage/too-long`
 */
export function normaliseChatText(text: string): string {
  if (text.length > MAX_RAW_LENGTH) {
    throw new McoError('usage/too-long', `the message is longer than ${MAX_RAW_LENGTH} characters`);
  }
  const visible = text
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const bare = visible.replace(BACKTICKED, '$1$3');
  const unwrapped = bare.replace(WRAPPED, (...match) => unwrap(match.at(0), match.at(-1)));
  return straighten(unwrapped).trim();
}

type Groups = Readonly<
  Record<'address' | 'label' | 'sigil' | 'id' | 'name' | 'markdown' | 'entity', string | undefined>
>;

function unwrap(all: string, { address, label, sigil, id, name, markdown, entity }: Groups): string {
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? all;
  if (markdown !== undefined) return decodeEntities(markdown);
  if (address !== undefined) return decodeEntities(label || address.replace(/^(?:mailto|tel):/i, ''));
  if (sigil === '@' && /^[UW][A-Z0-9]+$/.test(id ?? '')) return `@${id}`;
  if (sigil === '#' && /^[CG][A-Z0-9]+$/.test(id ?? '')) return `#${name || id}`;
  if (sigil === '!' && /^(?:here|channel|everyone|subteam\^[A-Z0-9]+)$/.test(id ?? '')) {
    return `@${(name || (id ?? '').replace(/^subteam\^/, '')).replace(/^@/, '')}`;
  }
  return decodeEntities(all);
}

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (all, name: string) => ENTITIES[name] ?? all);
}

/** What follows the dash of an option of one letter: a capital, as no long option has one, or a character alone. */
const LETTER_OPTION = /^(?:[A-Z]|[a-z0-9](?:\s|$))/;

/** Quotes, dashes and line breaks: what they become depends on the quotes round them. */
function straighten(text: string): string {
  let out = '';
  let quote: string | undefined;
  let straightEnd = -1;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const kind = kindOfQuote(char);
    if (char === '\\' && quote !== "'") {
      at += 1;
      const next = text.charAt(at);
      out += isLineBreak(next) && quote === undefined ? ' ' : char + (kindOfQuote(next) ?? next);
    } else if (kind === undefined) {
      out += quote === undefined ? plainCharacter(text, at, out) : char;
    } else if (quote === undefined) {
      quote = kind;
      straightEnd = char === kind ? text.indexOf(kind, at + 1) : -1;
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

/** @param before what the text before `at` has become */
function plainCharacter(text: string, at: number, before: string): string {
  const char = text.charAt(at);
  if (isLineBreak(char)) return ' ';
  const startsWord = before === '' || before.endsWith(' ');
  if (startsWord && LONG_DASHES.includes(char)) return LETTER_OPTION.test(text.slice(at + 1, at + 3)) ? '-' : '--';
  if (startsWord && SHORT_DASHES.includes(char)) return '-';
  return char;
}

function isLineBreak(char: string): boolean {
  return char !== '' && LINE_BREAKS.includes(char);
}

function kindOfQuote(char: string): '"' | "'" | undefined {
  if (char === '') return undefined;
  if (DOUBLE_QUOTES.includes(char)) return '"';
  return SINGLE_QUOTES.includes(char) ? "'" : undefined;
}
