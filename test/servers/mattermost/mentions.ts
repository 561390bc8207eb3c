import type { Post, World } from './world.ts';

const BROADCASTS = new Set(['here', 'all', 'channel']);
const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;

/**
 * Whom a post notifies: the user ids of the channel's members whose `@name` stands in its text, and `here`, `all`, `channel`.
 * As the real server does it: the message and the attachments' `pretext` and `text`, outside code; a backslash protects nothing.
 */
export function findMentions(world: World, post: Pick<Post, 'channelId' | 'userId' | 'message' | 'props'>): string[] {
  const channel = world.channels.get(post.channelId);
  const members = [...(channel?.members ?? [])].flatMap((id) => world.users.get(id) ?? []);
  const names = new Map(members.map((user) => [`@${user.username.toLowerCase()}`, user.id]));
  for (const name of BROADCASTS) if (channel?.type !== 'D') names.set(`@${name}`, name);
  const found = new Set<string>();
  for (const text of [post.message, ...readAttachmentTexts(post.props)])
    for (const word of stripCode(text).split(/[^:.\-_@\p{L}\p{N}]+/u)) addMention(word.toLowerCase(), names, found);
  if (channel?.type === 'D') for (const id of channel.members) found.add(id);
  found.delete(post.userId);
  return [...found];
}

function addMention(word: string, names: ReadonlyMap<string, string>, found: Set<string>): void {
  const trimmedStart = word.replace(/^[:.\-_]+/, '');
  for (let rest = trimmedStart; ; rest = rest.slice(0, -1)) {
    const known = names.get(rest);
    if (known !== undefined) {
      found.add(known);
      return;
    }
    if (!/[.\-:_]$/.test(rest)) break;
  }
  for (const part of trimmedStart.split(/[.\-:]/)) {
    const known = names.get(part);
    if (known !== undefined) found.add(known);
  }
}

function readAttachmentTexts(props: Readonly<Record<string, unknown>>): string[] {
  const attachments = props.attachments;
  if (!Array.isArray(attachments)) return [];
  return attachments
    .flatMap((attachment: unknown) =>
      typeof attachment === 'object' && attachment !== null
        ? [Reflect.get(attachment, 'pretext'), Reflect.get(attachment, 'text')]
        : [],
    )
    .filter((text): text is string => typeof text === 'string');
}

/** The text without fenced blocks, indented blocks and code spans. Where in doubt it leaves text in. */
export function stripCode(text: string): string {
  const paragraphs: string[][] = [[]];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const current = paragraphs.at(-1) as string[];
    if (fence !== undefined) {
      if (closesFence(line, fence)) fence = undefined;
      continue;
    }
    fence = FENCE.exec(line)?.[1];
    if (fence !== undefined || line.trim() === '') paragraphs.push([]);
    else if (current.length > 0 || !/^( {4}|\t)/.test(line)) current.push(line);
  }
  return paragraphs.map((lines) => stripCodeSpans(lines.join('\n'))).join('\n\n');
}

const closesFence = (line: string, fence: string): boolean => {
  const close = /^ {0,3}(`+|~+)\s*$/.exec(line)?.[1] ?? '';
  return close.length >= fence.length && close[0] === fence[0];
};

/** A span opens with a run of back-ticks that no backslash precedes and closes with the next run of the same length. */
function stripCodeSpans(paragraph: string): string {
  let kept = '';
  let at = 0;
  while (at < paragraph.length) {
    const run = /^`+/.exec(paragraph.slice(at))?.[0];
    if (run === undefined) {
      const width = paragraph[at] === '\\' && paragraph[at + 1] === '`' ? 2 : 1;
      kept += paragraph.slice(at, at + width);
      at += width;
      continue;
    }
    const rest = paragraph.slice(at + run.length);
    const close = [...rest.matchAll(/`+/g)].find(([ticks]) => ticks.length === run.length);
    kept += close === undefined ? run : ' ';
    at += run.length + (close === undefined ? 0 : close.index + run.length);
  }
  return kept;
}
