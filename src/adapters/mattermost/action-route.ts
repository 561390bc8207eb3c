import * as v from 'valibot';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { HttpResponse, HttpRoute } from '../../core/http.ts';
import { decodeJson } from '../../core/json.ts';
import type { Clock } from '../../core/ports.ts';
import { type CheckedContext, checkContext } from './action-context.ts';
import { accountOf, MATTERMOST_ID } from './addresses.ts';
import type { Directory } from './directory.ts';
import { CLOSED_TEXT, type Door, isTooLarge, MAX_REQUEST_BYTES, NOT_TAKEN_TEXT, respond } from './door.ts';
import type { OpenClicks } from './open-clicks.ts';

export const ACTION_PATH = '/mattermost/action';

const id = v.pipe(v.string(), v.regex(MATTERMOST_ID));
const press = v.object({ user_id: id, channel_id: id, post_id: id, context: v.optional(v.unknown()) });

type Press = v.InferOutput<typeof press>;
type GoodContext = Extract<CheckedContext, { state: 'good' }>;

export interface ActionRouteOptions {
  /** `Chat.name`. */
  readonly chat: string;
  readonly key: Uint8Array;
  readonly directory: Directory;
  readonly clicks: OpenClicks;
  readonly door: Door;
  readonly clock: Clock;
}

/** Anything but 200 would show the presser an error of the server's instead of these words. */
const tellPresser = (text: string): HttpResponse => respond(200, { ephemeral_text: text });

/**
 * Takes presses of buttons. The server's call is not authenticated: what vouches for it is the context, which only the
 * bot can make and which the server shows to nobody. A good MAC therefore means that the server sent this, for this
 * post, unless somebody read it from the server's database. Such a reader could put any `user_id` beside a context he
 * knows, but only once, and only a user's who is in the channel: each press is then decided anew for that user.
 */
export function createActionRoute(options: ActionRouteOptions): HttpRoute {
  return {
    method: 'POST',
    path: ACTION_PATH,
    async handle(request) {
      if (isTooLarge(request)) return noteMalformed(options, 413);
      const body = readPress(request.body);
      if (body === undefined) return noteMalformed(options, 400);
      const place = { chat: options.chat, post: body.post_id, channel: body.channel_id };
      const checked = checkContext(options.key, place, { context: body.context, now: options.clock.now() });
      if (checked.state === 'expired') return refuseExpired(options, body);
      if (checked.state === 'forged') return refuseForged(options, body);
      if (options.door.receiver === undefined) return tellPresser(CLOSED_TEXT);
      let isMember: boolean;
      try {
        isMember = await options.directory.isPersonIn(body.user_id, body.channel_id);
      } catch (error) {
        options.door.receiver?.noteProblem(toMcoError(error));
        return tellPresser(NOT_TAKEN_TEXT);
      }
      return isMember ? takeClick(options, body, checked) : refuseStranger(options, body);
    },
  };
}

async function takeClick(options: ActionRouteOptions, body: Press, context: GoodContext): Promise<HttpResponse> {
  const { door, clicks, chat } = options;
  const held = clicks.hold(context.nonce);
  const taken = await door.receiver?.takeClick({
    id: `click:${context.nonce}`,
    account: accountOf(chat, body.user_id),
    channel: body.channel_id,
    post: body.post_id,
    ...(context.thread === '' ? {} : { thread: context.thread }),
    action: context.action,
    run: context.run,
    via: held.via,
  });
  if (taken !== true) {
    held.release();
    return tellPresser(NOT_TAKEN_TEXT);
  }
  const text = await held.answer;
  return text === undefined ? respond(200, {}) : tellPresser(text);
}

function readPress(body: Uint8Array): Press | undefined {
  try {
    return v.parse(press, decodeJson(body, MAX_REQUEST_BYTES));
  } catch {
    return undefined;
  }
}

function noteMalformed({ door }: ActionRouteOptions, status: number): HttpResponse {
  door.receiver?.noteRefusal({
    error: new McoError('untrusted/malformed', 'a press of a button came in a shape that is not known'),
  });
  return respond(status, {});
}

const claimOf = ({ chat }: ActionRouteOptions, body: Press) => ({
  account: accountOf(chat, body.user_id),
  channel: body.channel_id,
});

function refuseForged(options: ActionRouteOptions, body: Press): HttpResponse {
  const error = new McoError('untrusted/forged-click', 'a button was pressed that this bot did not put there', {
    hint: `look at who wrote the post ${body.post_id}`,
  });
  options.door.receiver?.noteRefusal({ error, ...claimOf(options, body) });
  return tellPresser('This button is not from the bot: nothing was done, and it was recorded.');
}

function refuseExpired(options: ActionRouteOptions, body: Press): HttpResponse {
  const error = new McoError('untrusted/expired-click', 'a button was pressed after its time');
  options.door.receiver?.noteRefusal({ error, ...claimOf(options, body) });
  return tellPresser('This button is too old: nothing was done. Type the command instead.');
}

function refuseStranger(options: ActionRouteOptions, body: Press): HttpResponse {
  const error = new McoError('untrusted/stranger-click', 'a button was pressed by somebody who is not in its channel');
  options.door.receiver?.noteRefusal({ error, ...claimOf(options, body) });
  return tellPresser('Only people in this channel can press this: nothing was done.');
}
