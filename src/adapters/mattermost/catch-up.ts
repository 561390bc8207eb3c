import * as v from 'valibot';
import { createBackoff } from '../../core/backoff.ts';
import type { ChatReceiver } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { channelSchema, type MattermostPost, postPageSchema, postSchema, teamSchema } from './answer-schemas.ts';
import { type Intake, MAX_AGE_MS } from './intake.ts';
import { type RestClient, readAnswer } from './rest-client.ts';

/** Between the bot's clock and the server's, and between writing a post and sending it. */
const OVERLAP_MS = 60_000;
const PAGE = 60;
const MAX_PAGES = 20;
const TOO_LONG = 'nobody listened for more than 15 minutes: only what was said in the last 15 is taken';

type Channel = v.InferOutput<typeof channelSchema>;

export interface CatchUpOptions {
  readonly client: RestClient;
  readonly intake: Intake;
  readonly receiver: ChatReceiver;
  readonly clock: Clock;
  readonly random: () => number;
  /** Posts created before are never fetched, ms since the epoch. */
  readonly notBefore: number;
}

/** Fetches what was said while nobody listened. */
export interface CatchUp {
  /** Goes on trying until everything created since then (ms since the epoch) has been offered to the intake. */
  request(since: number): void;
  /** Whether nothing is owed. */
  readonly isDone: boolean;
  stop(): void;
}

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { clock, receiver } = options;
  const backoff = createBackoff(options.random);
  let owedSince: number | undefined;
  let isRunning = false;
  let isStopped = false;
  let cancelWait = (): void => {};

  const run = async (): Promise<void> => {
    while (owedSince !== undefined && !isStopped) {
      const since = owedSince;
      owedSince = undefined;
      const oldest = clock.now() - MAX_AGE_MS;
      if (since < oldest) receiver.noteProblem(new McoError('unreachable/chat', TOO_LONG));
      try {
        await fetchSince(options, Math.max(since - OVERLAP_MS, oldest, options.notBefore));
        backoff.reset();
      } catch (error) {
        const problem = toMcoError(error);
        receiver.noteProblem(problem);
        owedSince = Math.min(owedSince ?? since, since);
        const delayMs = Math.max(backoff.nextDelayMs(), problem.retryAfterMs ?? 0);
        await new Promise<void>((resolve) => {
          const cancel = clock.after(delayMs, resolve);
          cancelWait = () => {
            cancel();
            resolve();
          };
        });
      }
    }
    isRunning = false;
  };
  return {
    request(since) {
      // A moment to come: the clock was set back.
      owedSince = Math.min(owedSince ?? since, since, clock.now());
      if (isRunning || isStopped) return;
      isRunning = true;
      void run();
    },
    get isDone() {
      return !isRunning;
    },
    stop() {
      isStopped = true;
      cancelWait();
    },
  };
}

async function fetchSince(options: CatchUpOptions, since: number): Promise<void> {
  for (const channel of await listChannels(options.client)) {
    if (channel.delete_at > 0 || (channel.last_post_at ?? since) < since) continue;
    const posts = await readChannel(options, channel, since);
    for (const post of posts.reverse()) {
      if (!options.intake.offer({ post, channelType: channel.type })) {
        throw new McoError('unreachable/chat', 'too many messages wait to be taken: more are fetched later');
      }
    }
  }
}

/** The channels that the bot is in, direct messages included; each team's list has those again. */
async function listChannels(client: RestClient): Promise<Channel[]> {
  const channels = new Map<string, Channel>();
  for (const team of readAnswer(v.array(teamSchema), await client.getMyTeams())) {
    const answer = readAnswer(v.array(channelSchema), await client.getMyChannels(team.id));
    for (const channel of answer) channels.set(channel.id, channel);
  }
  return [...channels.values()];
}

/** Posts created since then, newest first. By pages: `?since=` drops the oldest of many, and goes by the last change. */
async function readChannel(options: CatchUpOptions, { id }: Channel, since: number): Promise<MattermostPost[]> {
  const found: MattermostPost[] = [];
  try {
    for (let page = 0; page < MAX_PAGES; page++) {
      const posts = await readPostPage(options.client, id, { page, size: PAGE });
      found.push(...posts.filter((post) => post.create_at >= since));
      if (posts.length === 0 || posts.some((post) => post.create_at < since)) return found;
    }
  } catch (error) {
    const problem = toMcoError(error);
    if (problem.family === 'unreachable') throw problem;
    // One channel that can't be read must not keep the others from being heard.
    options.receiver.noteProblem(problem);
    return found;
  }
  const text = `only the latest ${MAX_PAGES * PAGE} posts of a channel were read`;
  options.receiver.noteProblem(new McoError('unreachable/chat', text));
  return found;
}

/** A page of a channel's posts, newest first, replies among them. Posts of an unknown shape are left out. */
export async function readPostPage(
  client: RestClient,
  channel: string,
  { page, size }: { page: number; size: number },
): Promise<MattermostPost[]> {
  const { order, posts } = readAnswer(postPageSchema, await client.getPosts(channel, page, size, false));
  return (order ?? []).flatMap((id) => {
    const post = v.safeParse(postSchema, posts?.[id]);
    return post.success ? [post.output] : [];
  });
}
