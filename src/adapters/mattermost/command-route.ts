import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { ChatMessage } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../core/http.ts';
import { accountOf, MATTERMOST_ID } from './addresses.ts';
import { isOneOf } from './compare-secrets.ts';
import { CLOSED_TEXT, type Door, isTooLarge, NOT_TAKEN_TEXT, respond } from './door.ts';

export const COMMAND_PATH = '/mattermost/command';

/** Of a response URL only this counts: the rest would be somebody else's choice of whom the bot calls. */
const HOOK_PATH = /\/hooks\/commands\/([a-z0-9]{26})$/;

const id = v.pipe(v.string(), v.regex(MATTERMOST_ID));
const commandForm = v.object({
  team_id: v.optional(v.union([id, v.literal('')])),
  channel_id: id,
  user_id: id,
  root_id: v.optional(v.union([id, v.literal('')])),
  text: v.optional(v.pipe(v.string(), v.maxLength(20_000)), ''),
  trigger_id: v.pipe(v.string(), v.minLength(8), v.maxLength(1000)),
  response_url: v.optional(v.pipe(v.string(), v.maxLength(2000))),
});

export interface CommandRouteOptions {
  /** `Chat.name`. */
  readonly chat: string;
  /** One for each team. */
  readonly tokens: readonly string[];
  readonly door: Door;
}

const tellAlone = (text: string): HttpResponse => respond(200, { response_type: 'ephemeral', text });

/**
 * Takes slash commands: a form from the server, with the command's token in `Authorization: Token` and in the field
 * `token`. What is answered here is shown to who typed it alone, and an empty object shows nothing.
 */
export function createCommandRoute({ chat, tokens, door }: CommandRouteOptions): HttpRoute {
  return {
    method: 'POST',
    path: COMMAND_PATH,
    async handle(request) {
      if (isTooLarge(request)) return respond(413, {});
      const form = new URLSearchParams(new TextDecoder().decode(request.body));
      // INVARIANT: nothing is read from the form but its token before one of the tokens held.
      if (!isOneOf(readToken(request, form), tokens)) {
        const error = new McoError('untrusted/wrong-token', 'a slash command came without a token of this bot', {
          hint: 'was the token made anew in Mattermost? then configure the new one',
        });
        door.receiver?.noteRefusal({ error });
        return respond(401, {});
      }
      const read = v.safeParse(commandForm, Object.fromEntries(form));
      if (!read.success) {
        const error = new McoError('untrusted/malformed', 'a slash command came in a shape that is not known');
        door.receiver?.noteRefusal({ error });
        return respond(400, {});
      }
      if (door.receiver === undefined) return tellAlone(CLOSED_TEXT);
      const taken = await door.receiver.takeMessage(toMessage(chat, read.output));
      return taken ? respond(200, {}) : tellAlone(NOT_TAKEN_TEXT);
    },
  };
}

/** The header, where there is one: then the field does not count. */
function readToken(request: HttpRequest, form: URLSearchParams): string {
  const { authorization } = request.headers;
  if (authorization === undefined) return form.get('token') ?? '';
  return /^Token (\S+)$/i.exec(authorization)?.[1] ?? '';
}

function toMessage(chat: string, form: v.InferOutput<typeof commandForm>): ChatMessage {
  const hook = HOOK_PATH.exec(readPath(form.response_url ?? ''))?.[1];
  return {
    // A trigger id names one use of the command, but is longer than a message's id may be.
    id: `cmd:${createHash('sha256').update(form.trigger_id).digest('base64url')}`,
    text: form.text,
    account: accountOf(chat, form.user_id),
    channel: form.channel_id,
    ...(form.root_id ? { thread: form.root_id } : {}),
    ...(hook === undefined ? {} : { via: `hook:${hook}` }),
  };
}

const readPath = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');
