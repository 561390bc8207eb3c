import { webApi } from '@slack/bolt';
import type { Clock } from '../../core/ports.ts';
import { toChatError } from './chat-error.ts';
import { createRateGate } from './rate-gate.ts';
import { sdkLogger } from './sdk-logger.ts';

const TIMEOUT_MS = 10_000;
export const DEFAULT_API_URL = 'https://slack.com/api/';

export type Urgency = 'progress' | 'final';
type Arguments = Record<string, unknown>;

export interface FileUpload {
  readonly channel: string;
  readonly thread: string;
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

/** Slack's Web API, one call at a time. Nothing is repeated here: whoever calls knows whether that is safe. */
export interface SlackApi {
  /** @throws McoError as the port `Chat` says; the cause of a refusal is Slack's code */
  call(method: string, args: Arguments, urgency?: Urgency): Promise<webApi.WebAPICallResult>;
  /** @throws McoError as the port `Chat` says; the cause of a refusal is Slack's code */
  upload(file: FileUpload): Promise<void>;
}

/** What every client of the SDK is made with: it must neither repeat, nor wait, nor log. */
export function clientOptions(apiUrl: string): webApi.WebClientOptions {
  return {
    slackApiUrl: apiUrl,
    logger: sdkLogger,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
  };
}

interface SlackApiOptions {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
}

export function createSlackApi({ botToken, apiUrl, clock }: SlackApiOptions): SlackApi {
  // A client that Slack limits holds back all that wait in it: progress must not hold back what is final.
  const clients: Record<Urgency, webApi.WebClient> = {
    final: new webApi.WebClient(botToken, clientOptions(apiUrl)),
    progress: new webApi.WebClient(botToken, clientOptions(apiUrl)),
  };
  const gate = createRateGate(clock);

  async function guard<T>(method: string, keys: readonly [string, ...string[]], send: () => Promise<T>): Promise<T> {
    gate.check(keys);
    try {
      return await send();
    } catch (thrown) {
      const error = toChatError(method, thrown);
      if (error.code === 'unreachable/chat-busy') gate.block(keys[0], error.retryAfterMs ?? 0);
      throw error;
    }
  }

  return {
    call(method, args, urgency = 'final') {
      const key = method === 'chat.postMessage' ? `${method} ${String(args.channel)}` : method;
      // What limits the final messages limits progress too, and not the other way round.
      const keys = urgency === 'final' ? ([key] as const) : ([`progress ${key}`, key] as const);
      return guard(method, keys, () => clients[urgency].apiCall(method, args));
    },
    async upload({ channel, thread, name, title, content }) {
      const file = { channel_id: channel, thread_ts: thread, filename: name, title, content };
      await guard('files.uploadV2', ['files'], () => clients.final.filesUploadV2(file));
    },
  };
}
