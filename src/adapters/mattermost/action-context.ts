import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type ButtonAction, isButtonAction } from '../../core/card.ts';

/** How long a button can be pressed. The bot remembers pressed ones for longer than that. */
export const ACTION_LIFETIME_MS = 7 * 24 * 60 * 60_000;

const VERSION = 1;
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const MAX_RUN = 100;

/** The place of a button: what a press has to come from. */
export interface ButtonPlace {
  /** `Chat.name`. */
  readonly chat: string;
  readonly post: string;
  readonly channel: string;
}

export interface ButtonMeaning {
  readonly action: ButtonAction;
  readonly run: string;
  /** The thread that the post stands in; empty for none. */
  readonly thread: string;
}

/** What a button hands back when it is pressed. The server shows it to no client, but anybody may copy a guess. */
export interface ActionContext extends ButtonMeaning {
  readonly v: typeof VERSION;
  /** Ms since the epoch. */
  readonly exp: number;
  readonly nonce: string;
  readonly mac: string;
}

export type CheckedContext =
  | (ButtonMeaning & { readonly state: 'good'; readonly nonce: string })
  | { readonly state: 'forged' }
  | { readonly state: 'expired' };

/** The context for one button of one post, to be used once. */
export function signContext(
  key: Uint8Array,
  place: ButtonPlace,
  meaning: ButtonMeaning & { now: number },
): ActionContext {
  const { action, run, thread } = meaning;
  const exp = meaning.now + ACTION_LIFETIME_MS;
  const nonce = randomBytes(16).toString('base64url');
  const fields = { v: VERSION, action, run, thread, exp, nonce } as const;
  return { ...fields, mac: computeMac(key, place, fields).toString('base64url') };
}

/** INVARIANT: nothing in a context counts before its MAC held for the very post and channel that were pressed. */
export function checkContext(
  key: Uint8Array,
  place: ButtonPlace,
  value: { context: unknown; now: number },
): CheckedContext {
  const fields = readFields(value.context);
  if (fields === undefined) return { state: 'forged' };
  // As text: base64 has more than one way to write the same bytes.
  const given = Buffer.from(fields.mac);
  const wanted = Buffer.from(computeMac(key, place, fields).toString('base64url'));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { state: 'forged' };
  if (value.now >= fields.exp) return { state: 'expired' };
  const { action, run, thread, nonce } = fields;
  return isButtonAction(action) ? { state: 'good', action, run, thread, nonce } : { state: 'forged' };
}

type Fields = Omit<ActionContext, 'action' | 'mac'> & { readonly action: string };

/** An array in JSON: no two different sets of fields have the same text. */
function computeMac(key: Uint8Array, place: ButtonPlace, fields: Fields): Buffer {
  const { v, run, action, thread, exp, nonce } = fields;
  const text = JSON.stringify([
    'mco-action',
    v,
    place.chat,
    place.post,
    place.channel,
    thread,
    run,
    action,
    exp,
    nonce,
  ]);
  return createHmac('sha256', key).update(text).digest();
}

function readFields(context: unknown): (Fields & { readonly mac: string }) | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const { v, run, action, thread, exp, nonce, mac } = context as Record<string, unknown>;
  if (v !== VERSION || typeof exp !== 'number' || !Number.isSafeInteger(exp)) return undefined;
  if (typeof run !== 'string' || run.length > MAX_RUN || typeof action !== 'string' || action.length > MAX_RUN)
    return undefined;
  if (typeof thread !== 'string' || thread.length > MAX_RUN) return undefined;
  if (typeof nonce !== 'string' || !NONCE.test(nonce) || typeof mac !== 'string' || mac.length > MAX_RUN)
    return undefined;
  return { v, run, action, thread, exp, nonce, mac };
}
