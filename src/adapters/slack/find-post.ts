import * as v from 'valibot';
import { slackCodeOf } from './chat-error.ts';
import type { SlackApi } from './slack-api.ts';
import { messageTs } from './slack-ids.ts';

/** Slack's clock and ours may differ by as much. */
const CLOCK_DIFFERENCE_MS = 60_000;
const PAGE = 200;
const MAX_PAGES = 10;
export const POST_EVENT_TYPE = 'mcobot_post';

const pageSchema = v.object({
  messages: v.optional(v.array(v.unknown()), []),
  response_metadata: v.nullish(v.object({ next_cursor: v.nullish(v.string()) })),
});

const messageSchema = v.object({
  ts: messageTs,
  thread_ts: v.nullish(messageTs),
  user: v.nullish(v.string()),
  metadata: v.nullish(v.object({ event_type: v.nullish(v.string()), event_payload: v.nullish(v.looseObject({})) })),
  files: v.nullish(v.array(v.object({ name: v.nullish(v.string()) }))),
});

export type FoundMessage = v.InferOutput<typeof messageSchema>;

export interface PlaceToLook {
  readonly channel: string;
  readonly thread?: string | undefined;
  /** Ms since the epoch. */
  readonly since: number;
  /** The bot's user id: what others wrote is not ours, whatever it says. */
  readonly botUser: string;
}

/**
 * Looks for a message of the bot's that may have arrived although its answer was lost. Undefined when it is not there,
 * or when the app may not look: then it is better said twice than never.
 *
 * @throws McoError for anything but a missing scope
 */
export async function findPost(
  api: SlackApi,
  place: PlaceToLook,
  isIt: (message: FoundMessage) => boolean,
): Promise<string | undefined> {
  const oldest = (Math.max(0, place.since - CLOCK_DIFFERENCE_MS) / 1000).toFixed(6);
  const isOurs = (message: FoundMessage): boolean =>
    message.user === place.botUser && Number(message.ts) >= Number(oldest) && isIn(message, place) && isIt(message);
  const query = { channel: place.channel, oldest, limit: PAGE, include_all_metadata: true };
  const method = place.thread === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await readPage(api, method, { ...query, ts: place.thread, cursor });
    if (answer === undefined) return undefined;
    for (const candidate of answer.messages) {
      const message = v.safeParse(messageSchema, candidate);
      if (message.success && isOurs(message.output)) return message.output.ts;
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}

/** Slack tells of a root with replies that it stands in its own thread. */
const isIn = ({ ts, thread_ts: thread }: FoundMessage, place: PlaceToLook): boolean =>
  place.thread === undefined ? thread == null || thread === ts : thread === place.thread && thread !== ts;

async function readPage(api: SlackApi, method: string, query: Record<string, unknown>) {
  try {
    const answer = v.safeParse(pageSchema, await api.call(method, query));
    return answer.success ? answer.output : undefined;
  } catch (thrown) {
    if (slackCodeOf(thrown) === 'missing_scope') return undefined;
    throw thrown;
  }
}
