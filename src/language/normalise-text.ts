import { McoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import { straightenText } from './straighten-text.ts';

/** Chats blow a text up (a link is its address and its label): this much is looked at. */
const MAX_RAW_LENGTH = 4 * LIMITS.commandLength;

/** What addresses the bot; a name is read to its end. Which names are its own is for `stripTrigger` to say. */
const TRIGGER = String.raw`(?:(?:<@[UW][A-Z0-9]+(?:\|[^<>|]*)?>|[/@][a-z0-9][\w.-]*(?![\w.-])|mco)[:,]?\s*)?`;

/** The language of a code block: nothing that a command could begin with, as it stands on a line of its own. */
const LANGUAGE = String.raw`(?:(?:ba|z|k|fi)?sh|shell|console|plain|plaintext|text|txt|none)[ \t]*\r?\n`;

const EMPHASIS = new RegExp(
  String.raw`^(?<trigger>${TRIGGER})(?<mark>\*{1,3}|_{1,2}|~{1,2})(?<inner>\S[\s\S]*)\k<mark>$`,
  'i',
);

/** Formatting round the whole command, with or without the trigger in front of it. */
const FORMATTED: readonly RegExp[] = [
  EMPHASIS,
  new RegExp(`^(?<trigger>${TRIGGER})\`\`\`(?:${LANGUAGE})?(?<inner>[^\`]+)\`\`\`$`, 'i'),
  new RegExp(`^(?<trigger>${TRIGGER})(?<mark>\`\`?)(?<inner>[^\`]+)\\k<mark>$`, 'i'),
];

const SCHEME = '(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)';

/**
 * What a chat wraps text in: Slack's `<address|label>`, `<@U1|name>`, `<#C1|name>` and `<!here>`, Markdown's
 * `[label](address)`, and the three entities that Slack escapes (https://docs.slack.dev/messaging/formatting-message-text).
 * One expression, so that nothing is unwrapped twice.
 */
const WRAPPED = new RegExp(
  [
    String.raw`<(?<address>${SCHEME}[^<>|\s]+)(?:\|(?<label>[^<>]*))?>`,
    String.raw`<(?<sigil>[@#!])(?<id>[^<>|\s]+)(?:\|(?<name>[^<>|]*))?>`,
    String.raw`\[(?<markdown>[^[\]]+)\]\(${SCHEME}[^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)`,
    `&(?<entity>amp|lt|gt);`,
  ].join('|'),
  'gi',
);
const ENTITY = /&(amp|lt|gt);/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };

/** The blank that French typing puts between a quote and its text. */
const QUOTE_GAP = /(?<=[«‹])[\u00A0\u202F]|[\u00A0\u202F](?=[»›])/g;
/** A mention of the bot with no blank after it. */
const GLUED_MENTION = /^(<@[UW][A-Z0-9]+(?:\|[^<>|]*)?>)(?=[^\s:,;.!?])/;

/**
 * Undoes what a chat does to a command before the bot gets it: curly quotes, long dashes, dots made into one character,
 * no-break and zero-width spaces, wide letters, entities, links, mentions, formatting round the whole and line breaks.
 * Text inside straight quotes keeps its dashes, dots, wide letters and line breaks, and curly quotes of the same kind.
 * A user is left as `@` and the id that the chat vouches for.
 *
 * For text straight from a chat, once: `&amp;gt;` was typed as `&gt;`, and a second time it would be `>`. Twice does no
 * harm to a text without entities and links.
 *
 * @throws McoError `usage/too-long`
 */
export function normaliseChatText(text: string): string {
  if (text.length > MAX_RAW_LENGTH) {
    throw new McoError('usage/too-long', `the message is longer than ${MAX_RAW_LENGTH} characters`);
  }
  const visible = text
    .replace(QUOTE_GAP, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim();
  const unwrapped = stripFormatting(visible)
    .replace(GLUED_MENTION, '$1 ')
    .replace(WRAPPED, (...match) => unwrap(match.at(0), match.at(-1)));
  return straightenText(unwrapped).trim();
}

/** Bold italics and the like are one inside the other. */
const MAX_FORMATS = 8;

function stripFormatting(text: string): string {
  let bare = text;
  for (let left = MAX_FORMATS; left > 0; left -= 1) {
    const inner = FORMATTED.reduce((rest, format) => rest.replace(format, '$<trigger>$<inner>').trim(), bare);
    if (inner === bare) break;
    bare = inner;
  }
  return bare;
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
