import type { ChatReceiver } from '../../core/chat.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';

/** What the server may send in one call, bytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;

export const CLOSED_TEXT = 'The bot is starting or stopping: nothing was done. Try again in a moment.';
export const NOT_TAKEN_TEXT = 'The bot could not take this: nothing was done. Try again in a moment.';

/** Whether the bot takes anything: its receiver from the start until it stops. */
export interface Door {
  receiver: ChatReceiver | undefined;
}

export const respond = (status: number, value: object): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export const isTooLarge = (request: HttpRequest): boolean => request.body.byteLength > MAX_REQUEST_BYTES;
