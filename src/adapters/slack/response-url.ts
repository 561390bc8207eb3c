import * as v from 'valibot';
import { chatBusy, chatUnreachable, toChatError } from './chat-error.ts';

const TIMEOUT_MS = 10_000;
const MAX_URL = 500;
const HOOKS_ORIGIN = 'https://hooks.slack.com';

/** Slack's short-lived way to answer one command or press: five times, for 30 minutes. */
export interface ResponseUrls {
  /** @returns false when it can't be used any more, or is none of Slack's */
  send(url: string, message: Record<string, unknown>): Promise<boolean>;
}

/** @param apiUrl a private installation's own address; its origin is trusted as Slack's is */
export function createResponseUrls(apiUrl: string): ResponseUrls {
  const origins = [HOOKS_ORIGIN, new URL(apiUrl).origin];

  return {
    async send(url, message) {
      // INVARIANT: a payload can't make the bot call any other host than Slack's.
      if (url.length > MAX_URL || !URL.canParse(url)) return false;
      const { origin, username, password } = new URL(url);
      if (!origins.includes(origin) || username !== '' || password !== '') return false;
      const { status, text } = await post(url, JSON.stringify(message));
      if (status === 429) throw chatBusy('slack limits answers to commands', 1000);
      if (status >= 500) throw chatUnreachable(`slack answered a reply to a command with HTTP status ${status}`);
      return status === 200 && isOk(text);
    },
  };
}

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  try {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
    return { status: response.status, text: await response.text() };
  } catch (thrown) {
    throw toChatError('response_url', thrown);
  }
}

/** Slack answers `ok`, or JSON with or without `"ok": true`; a used-up address is told with 200 as well. */
function isOk(text: string): boolean {
  if (text === '' || text.trim() === 'ok') return true;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ ok: v.literal(true) })), text);
  return parsed.success;
}
