import type { SlackMessage, SlackServer } from '../../servers/slack/slack-types.ts';
import type { Crowd, SeenPost, Sent } from './crowd.ts';
import { CHANNELS, NAMES } from './storm-plan.ts';

const channelOf = (channel: number): string => `C0STORM${channel}`;
const directOf = (person: number): string => `D0STORM${person}`;
const userOf = (person: number): string => `U0STORM${person}`;

/** Everybody is in every channel, and has a direct message with the bot. */
export function createSlackCrowd(server: SlackServer): Crowd {
  for (const [person, name] of NAMES.entries()) server.addUser(userOf(person), { name });
  const everybody = [server.botUser, ...NAMES.map((_, person) => userOf(person))];
  for (let channel = 0; channel < CHANNELS; channel++) server.addChannel(channelOf(channel), { members: everybody });
  for (const person of NAMES.keys()) {
    server.addChannel(directOf(person), { members: [userOf(person), server.botUser], isDirect: true });
  }
  const places = [
    ...Array.from({ length: CHANNELS }, (_, channel) => channelOf(channel)),
    ...NAMES.map((_, person) => directOf(person)),
  ];
  const ownPosts = (): SlackMessage[] =>
    places.flatMap((place) => server.messages(place)).filter(({ user }) => user === server.botUser);
  return {
    platform: 'slack',
    chat: `slack:${server.team}`,
    channelOf,
    accountOf: (person) => `slack:${server.team}/${userOf(person)}`,
    async say({ person, channel, way, text, thread }): Promise<Sent> {
      const user = userOf(person);
      if (way === 'slash') {
        return sentAs(await server.slashCommand({ user, channel: channelOf(channel), text }));
      }
      const place = way === 'direct' ? directOf(person) : channelOf(channel);
      const said = way === 'direct' ? text : `<@${server.botUser}> ${text}`;
      const use = { user, channel: place, text: said, ...(thread === undefined ? {} : { thread }) };
      const { ts, ...delivered } = await server.say(use);
      return { ...sentAs(delivered), id: `msg:${place}:${ts}` };
    },
    async press({ person, post, action }) {
      const actionId = `mco:${action}`;
      const message = server.messages(post.channel).find(({ ts }) => ts === post.id);
      if (!JSON.stringify(message?.blocks ?? []).includes(`"${actionId}"`)) return undefined;
      return sentAs(await server.press({ user: userOf(person), channel: post.channel, ts: post.id, actionId }));
    },
    showKey: (key) => key,
    posts: () =>
      ownPosts()
        .filter((post) => !isWhisper(post))
        .map(asSeen),
    whispers(account) {
      const user = account.slice(account.indexOf('/') + 1);
      const direct = server.messages(user.replace(/^U/, 'D')).filter((post) => post.user === server.botUser);
      return [...server.ephemerals(user), ...direct.filter(isWhisper)].map(({ text }) => text);
    },
  };
}

const sentAs = ({ acknowledgedAfterMs }: { acknowledgedAfterMs: number | undefined }): Sent => ({
  state: acknowledgedAfterMs === undefined ? 'unknown' : 'taken',
});

const keyOf = ({ metadata }: SlackMessage): string | undefined =>
  (metadata?.event_payload as { key?: string } | undefined)?.key;

/** What is told to one person in a direct message has no key and no file. */
const isWhisper = (post: SlackMessage): boolean => keyOf(post) === undefined && post.files === undefined;

const asSeen = (post: SlackMessage): SeenPost => ({
  id: post.ts,
  channel: post.channel,
  thread: post.thread_ts,
  text: post.text,
  key: keyOf(post),
  files: (post.files ?? []).map(({ name }) => name),
});
