import type { Origin } from '../../core/request.ts';
import type { RunPlace } from '../../core/store.ts';

/**
 * Where something was said, as policies, requests and audit records name it: channel `C0INC42` of the chat
 * `slack:T024BE7LD` is the channel `T024BE7LD/C0INC42` of `slack`.
 */
export function originOf({ chat, channel }: Pick<RunPlace, 'chat' | 'channel'>, message?: string): Origin {
  const [kind = chat, site] = chat.split(/:(.*)/s);
  return { chat: kind, channel: site === undefined ? channel : `${site}/${channel}`, message };
}
