import { isRecord } from './read-arguments.ts';

const WIRE_MENTION =
  /<(?:@([UW][A-Z0-9]+)(?:\|[^<>]*)?|(!(?:here|channel|everyone|subteam\^[A-Z0-9]+))(?:\|[^<>]*)?)>/g;
const BARE_MENTION = /(?:^|[^\w@<])@(here|channel|everyone|group)\b/g;

/** Whom a text in Slack's markup notifies. `parsesNames`: `link_names` or `parse=full`, which link bare names too. */
export function findTextMentions(text: string, parsesNames = false): string[] {
  const found = [...text.matchAll(WIRE_MENTION)].map((match) => match[1] ?? match[2] ?? '');
  const bare = parsesNames ? [...text.matchAll(BARE_MENTION)].map((match) => `!${match[1]}`) : [];
  return [...found, ...bare];
}

/** Whom blocks notify: mrkdwn texts, markdown blocks, and the mentions of rich text. Plain and raw text never do. */
export function findBlockMentions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(findBlockMentions);
  if (!isRecord(value)) return [];
  if (value.type === 'user') return [String(value.user_id)];
  if (value.type === 'usergroup') return [`!subteam^${String(value.usergroup_id)}`];
  if (value.type === 'broadcast') return [`!${String(value.range)}`];
  const text = value.text;
  if ((value.type === 'mrkdwn' || value.type === 'markdown') && typeof text === 'string') return findTextMentions(text);
  return Object.values(value).flatMap(findBlockMentions);
}
