import type { Clock } from '../../../src/core/ports.ts';

const MINUTE_MS = 60_000;
/** `chat.postMessage`: one a second for each channel; short bursts over it pass. */
const POST_BURST = 3;
const POST_GAP_MS = 1000;

/** Calls a minute, for the whole workspace; https://docs.slack.dev/apis/web-api/rate-limits has the tiers. */
const CALLS_PER_MINUTE: Readonly<Record<string, number>> = {
  'apps.connections.open': 20,
  'auth.test': 300,
  'chat.postEphemeral': 100,
  'chat.postMessage': 300,
  'chat.update': 50,
  'conversations.history': 50,
  'conversations.info': 50,
  'conversations.open': 50,
  'conversations.replies': 50,
  'files.completeUploadExternal': 100,
  'files.getUploadURLExternal': 100,
  'usergroups.users.list': 20,
  'users.info': 100,
};

/** Counts calls. Answers with the seconds to wait, or undefined when the call may pass. */
export function createRateLimiter(clock: Clock): (method: string, channel: string | undefined) => number | undefined {
  const passed = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();

  function takePost(channel: string): number | undefined {
    const now = clock.now();
    const bucket = buckets.get(channel) ?? { tokens: POST_BURST, at: now };
    bucket.tokens = Math.min(POST_BURST, bucket.tokens + (now - bucket.at) / POST_GAP_MS);
    bucket.at = now;
    buckets.set(channel, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * POST_GAP_MS) / 1000));
    bucket.tokens -= 1;
    return undefined;
  }

  return (method, channel) => {
    const now = clock.now();
    const limit = CALLS_PER_MINUTE[method] ?? Number.POSITIVE_INFINITY;
    const recent = (passed.get(method) ?? []).filter((at) => at > now - MINUTE_MS);
    passed.set(method, recent);
    const oldest = recent[0];
    if (recent.length >= limit && oldest !== undefined)
      return Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / 1000));
    const wait = method === 'chat.postMessage' && channel !== undefined ? takePost(channel) : undefined;
    if (wait === undefined) recent.push(now);
    return wait;
  };
}
