import type { ButtonAction } from '../../../src/core/card.ts';
import { waitFor } from '../../contract/wait-for.ts';
import type { ChatWorld, Person } from './chat-world.ts';

/** A message of the bot's, as people see it. */
export interface BotPost {
  readonly id: string;
  readonly thread: string | undefined;
  readonly text: string;
  readonly edits: number;
  readonly buttons: readonly string[];
  readonly notified: readonly string[];
}

/** One channel with everybody and the bot in it, of whichever service. */
export interface TestChannel {
  readonly service: 'slack' | 'mattermost';
  /** The service's own id. */
  readonly id: string;
  command(person: Person, text: string): Promise<void>;
  say(person: Person, text: string, thread?: string): Promise<void>;
  press(person: Person, post: string, action: ButtonAction): Promise<void>;
  posts(): readonly BotPost[];
  whispers(person: Person): readonly string[];
  files(): readonly { readonly name: string; readonly content: string; readonly thread: string | undefined }[];
}

let serial = 0;

export interface ChannelPlan {
  /** Default true. */
  readonly isBotIn?: boolean;
}

/** Slack's part of a world. */
export type SlackWorld = Pick<ChatWorld, 'slack' | 'slackUsers'>;

export function openSlackChannel({ slack, slackUsers }: SlackWorld, { isBotIn = true }: ChannelPlan = {}): TestChannel {
  const channel = `C0TEST${++serial}`;
  slack.addChannel(channel, { members: [...(isBotIn ? [slack.botUser] : []), ...Object.values(slackUsers)] });
  return {
    service: 'slack',
    id: channel,
    command: async (person, text) => void (await slack.slashCommand({ user: slackUsers[person], channel, text })),
    async say(person, text, thread) {
      const message = { user: slackUsers[person], channel, text: `<@${slack.botUser}> ${text}` };
      await slack.say(thread === undefined ? message : { ...message, thread });
    },
    press: async (person, ts, action) =>
      void (await slack.press({ user: slackUsers[person], channel, ts, actionId: `mco:${action}` })),
    posts: () =>
      slack
        .messages(channel)
        .filter(({ user, files }) => user === slack.botUser && (files ?? []).length === 0)
        .map(({ ts, thread_ts, text, blocks, edits, notified }) => ({
          id: ts,
          thread: thread_ts === ts ? undefined : thread_ts,
          text: `${text}\n${readTexts(blocks)}`,
          edits,
          buttons: JSON.stringify(blocks ?? []).match(/(?<="action_id":"mco:)\w+/g) ?? [],
          notified,
        })),
    whispers: (person) =>
      slack.ephemerals(slackUsers[person]).map(({ text, blocks }) => `${text}\n${readTexts(blocks)}`),
    files: () => slack.files(channel).map(({ name, content, thread_ts }) => ({ name, content, thread: thread_ts })),
  };
}

/** Every text in the blocks, one after the other. */
function readTexts(value: unknown): string {
  if (Array.isArray(value)) return value.map(readTexts).join(' ');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, inner]) => (key === 'text' && typeof inner === 'string' ? inner : readTexts(inner)))
    .join(' ');
}

export type MattermostWorld = Pick<ChatWorld, 'mattermost' | 'mattermostUsers' | 'mattermostBot' | 'team'>;

export function openMattermostChannel(world: MattermostWorld, { isBotIn = true }: ChannelPlan = {}): TestChannel {
  const { mattermost, mattermostUsers: users, mattermostBot, team } = world;
  const channel = mattermost.addChannel(team, `test-${++serial}`);
  const members = [...(isBotIn ? [mattermostBot] : []), ...Object.values(users)];
  for (const user of members) mattermost.join(user, channel);
  const ours = () => mattermost.posts(channel).filter(({ user_id, type }) => user_id === mattermostBot && type === '');
  return {
    service: 'mattermost',
    id: channel,
    command: async (person, text) => void (await mattermost.slashCommand({ user: users[person], channel, text })),
    async say(person, text, thread) {
      const post = { user: users[person], channel, text: `@mco ${text}` };
      mattermost.say(thread === undefined ? post : { ...post, root: thread });
    },
    press: async (person, post, actionName) => void (await mattermost.press({ user: users[person], post, actionName })),
    posts: () =>
      ours()
        .filter(({ file_ids }) => file_ids.length === 0)
        .map(({ id, root_id, message, props, edits }) => ({
          id,
          thread: root_id === '' ? undefined : root_id,
          text: message,
          edits,
          buttons: JSON.stringify(props).match(/(?<="id":")\w+/g) ?? [],
          notified: mattermost.notified(id),
        })),
    whispers(person) {
      const direct = mattermost.directChannel(users[person], mattermostBot);
      const told = mattermost.posts(direct).filter(({ user_id }) => user_id === mattermostBot);
      return [...mattermost.ephemerals(users[person]).map(({ text }) => text), ...told.map(({ message }) => message)];
    },
    files: () =>
      ours().flatMap(({ id, root_id }) =>
        mattermost.files(id).map((file) => ({ ...file, thread: root_id === '' ? undefined : root_id })),
      ),
  };
}

/** The root that a condition finds, as soon as it holds. */
export async function waitForPost(channel: TestChannel, matches: (post: BotPost) => boolean): Promise<BotPost> {
  await waitFor(() => channel.posts().some(matches), 60_000);
  return channel.posts().find(matches) as BotPost;
}
