import { McoError } from '../../core/errors.ts';

/** Every id that Mattermost gives: 26 characters. */
export const MATTERMOST_ID = /^[a-z0-9]{26}$/;

const GROUP = /^(channel|team|group)\/([a-z0-9]{26})$/;

/**
 * The address of a server or of the bot, without a slash at its end.
 *
 * @throws McoError `usage/bad-url`
 */
export function readBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || !isPlain) {
    throw new McoError('usage/bad-url', `\`${text.replace(/\/\/[^/]*@/, '//')}\` is not an address`, {
      hint: 'write it like `https://chat.example.org`',
    });
  }
  return url;
}

/** The same as text, so that a path can be put behind it. */
export const writeBaseUrl = (url: URL): string => url.href.replace(/\/+$/, '');

/** `mattermost:chat.example.org`, with the port where it is not the usual one. */
export const nameChat = (url: URL): string => `mattermost:${url.host.toLowerCase()}`;

export const accountOf = (chat: string, user: string): string => `${chat}/${user}`;

/** The user's id in an account of this chat; undefined for one of another. */
export function userOf(chat: string, account: string): string | undefined {
  const user = account.startsWith(`${chat}/`) ? account.slice(chat.length + 1) : '';
  return MATTERMOST_ID.test(user) ? user : undefined;
}

/** @throws McoError `failed/chat-refused` for a group that is not one of this chat */
export function readGroup(chat: string, group: string): { kind: 'channel' | 'team' | 'group'; id: string } {
  const found = group.startsWith(`${chat}/`) ? GROUP.exec(group.slice(chat.length + 1)) : null;
  if (found === null) {
    throw new McoError('failed/chat-refused', `\`${group}\` is no group of ${chat}`, {
      hint: `groups are written ${chat}/channel/ID, ${chat}/team/ID and ${chat}/group/ID`,
    });
  }
  return { kind: found[1] as 'channel' | 'team' | 'group', id: found[2] as string };
}
