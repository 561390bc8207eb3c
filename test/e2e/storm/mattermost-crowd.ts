import { hashKey, KEY_PROP } from '../../../src/adapters/mattermost/find-sent.ts';
import type { MattermostPost, MattermostServer } from '../../servers/mattermost/types.ts';
import type { Crowd, SeenPost } from './crowd.ts';
import { CHANNELS, NAMES } from './storm-plan.ts';

const BOT = 'mcobot';

export interface MattermostCrowd extends Crowd {
  readonly botToken: string;
  readonly commandToken: string;
}

/** Everybody is in every channel, and has a direct message with the bot. */
export function createMattermostCrowd(server: MattermostServer, callbackUrl: string): MattermostCrowd {
  const team = server.addTeam('storm');
  const bot = server.addUser(BOT, { isBot: true });
  const people = NAMES.map((name) => server.addUser(name).id);
  const channels = Array.from({ length: CHANNELS }, (_, channel) => server.addChannel(team, `storm-${channel}`));
  for (const channel of channels) for (const user of [bot.id, ...people]) server.join(user, channel);
  const directs = people.map((person) => server.directChannel(person, bot.id));
  const command = server.addCommand(team, `${callbackUrl}/mattermost/command`);
  const chat = `mattermost:${new URL(server.url).host}`;
  const idOf = (person: number): string => people[person] as string;
  const keyOf = (post: MattermostPost): string | undefined => post.props[KEY_PROP] as string | undefined;
  const ownPosts = (places: readonly string[]): MattermostPost[] =>
    places.flatMap((place) => server.posts(place)).filter((post) => post.user_id === bot.id);
  /** In a direct message a run's root loses its key with its first edit, but it has buttons or had them. */
  const isWhisper = (post: MattermostPost): boolean => keyOf(post) === undefined && post.edits === 0;
  const asSeen = (post: MattermostPost): SeenPost => ({
    id: post.id,
    channel: post.channel_id,
    thread: post.root_id === '' ? undefined : post.root_id,
    text: post.message,
    key: keyOf(post),
    files: server.files(post.id).map(({ name }) => name),
  });
  return {
    platform: 'mattermost',
    chat,
    botToken: bot.token,
    commandToken: command.token,
    channelOf: (channel) => channels[channel] as string,
    accountOf: (person) => `${chat}/${idOf(person)}`,
    async say({ person, channel, way, text, thread }) {
      const user = idOf(person);
      const place = way === 'direct' ? (directs[person] as string) : (channels[channel] as string);
      if (way === 'slash') {
        const { status, response } = await server.slashCommand({ user, channel: place, text });
        return { state: status === 200 && (response?.text ?? '') === '' ? 'taken' : 'unknown' };
      }
      const said = way === 'direct' ? text : `@${BOT} ${text}`;
      const use = { user, channel: place, text: said, ...(thread === undefined ? {} : { root: thread }) };
      return { state: 'taken', id: `post:${server.say(use)}` };
    },
    async press({ person, post, action }) {
      const seen = server.posts(post.channel).find(({ id }) => id === post.id);
      if (!JSON.stringify(seen?.props ?? {}).includes(`"${action}"`)) return undefined;
      await server.press({ user: idOf(person), post: post.id, actionName: action });
      return { state: 'unknown' };
    },
    showKey: hashKey,
    posts: () =>
      ownPosts([...channels, ...directs])
        .filter((post) => !isWhisper(post))
        .map(asSeen),
    whispers(account) {
      const user = account.slice(account.indexOf('/') + 1);
      const direct = ownPosts([directs[people.indexOf(user)] as string]).filter(isWhisper);
      return [...server.ephemerals(user).map(({ text }) => text), ...direct.map(({ message }) => message)];
    },
  };
}
