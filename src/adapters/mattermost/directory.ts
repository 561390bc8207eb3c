import type { ChatPerson } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { accountOf, readGroup, userOf } from './addresses.ts';
import { groupMembersSchema, type MattermostUser, membersSchema, userSchema } from './answer-schemas.ts';
import { serverStatus } from './chat-error.ts';
import { type RestClient, readAnswer } from './rest-client.ts';

const CACHE_MS = 60_000;
const MAX_CACHED = 5000;
const PAGE = 200;
const MAX_MEMBERS = 10_000;

export interface Directory {
  /** The bot's own account; asked for once. */
  me(): Promise<MattermostUser>;
  /** Asks anew who the bot is: it may have been renamed. */
  refreshMe(): Promise<MattermostUser>;
  findPerson(account: string): Promise<ChatPerson | undefined>;
  /** Whether a post of that user counts: undefined users and bots' do not. Remembered for a minute. */
  isPerson(user: string): Promise<boolean>;
  /** Whether that is a person, switched on, who is in the channel at this moment. */
  isPersonIn(user: string, channel: string): Promise<boolean>;
  /** Without the bot itself. */
  findMembers(group: string): Promise<readonly string[]>;
}

/** What the server says of people. Everything goes by user id: names are their owners' to change. */
export function createDirectory(options: { chat: string; client: RestClient; clock: Clock }): Directory {
  const { chat, client, clock } = options;
  const cached = new Map<string, { readonly isPerson: boolean; readonly at: number }>();
  let own: Promise<MattermostUser> | undefined;

  const refreshMe = (): Promise<MattermostUser> => {
    const asked = client.getMe().then((answer) => readAnswer(userSchema, answer));
    own = asked;
    asked.catch(() => {
      if (own === asked) own = undefined;
    });
    return asked;
  };
  const isPerson = async (id: string): Promise<boolean> => {
    const known = cached.get(id);
    const ageMs = known === undefined ? CACHE_MS : clock.now() - known.at;
    // A negative age: the clock was set back.
    if (known !== undefined && ageMs >= 0 && ageMs < CACHE_MS) return known.isPerson;
    const user = await findUser(client, id);
    const found = user !== undefined && !user.is_bot && user.delete_at === 0;
    cached.delete(id);
    if (cached.size >= MAX_CACHED) cached.delete(cached.keys().next().value as string);
    cached.set(id, { isPerson: found, at: clock.now() });
    return found;
  };
  return {
    me: () => own ?? refreshMe(),
    refreshMe,
    isPerson,
    async findPerson(account) {
      const id = userOf(chat, account);
      const user = id === undefined ? undefined : await findUser(client, id);
      if (user === undefined) return undefined;
      return {
        account: accountOf(chat, user.id),
        displayName: user.username,
        isBot: user.is_bot,
        isActive: user.delete_at === 0,
      };
    },
    async isPersonIn(user, channel) {
      const [person, member] = await Promise.all([
        isPerson(user),
        orUndefined(client.getChannelMember(channel, user), [404, 403]),
      ]);
      return person && member !== undefined;
    },
    async findMembers(group) {
      const { kind, id } = readGroup(chat, group);
      const { id: ownId } = await (own ?? refreshMe());
      const users = await readAllPages((page) => readMembers(client, { kind, id, page }));
      return users.filter((user) => user !== ownId).map((user) => accountOf(chat, user));
    },
  };
}

async function findUser(client: RestClient, id: string): Promise<MattermostUser | undefined> {
  const answer = await orUndefined(client.getUser(id), [404]);
  return answer === undefined ? undefined : readAnswer(userSchema, answer);
}

async function orUndefined<T>(call: Promise<T>, statuses: readonly number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statuses.includes(serverStatus(error) ?? 0)) return undefined;
    throw error;
  }
}

interface MemberPage {
  readonly kind: 'channel' | 'team' | 'group';
  readonly id: string;
  readonly page: number;
}

/** The page's users, and how many entries it had. */
async function readMembers(client: RestClient, { kind, id, page }: MemberPage): Promise<[string[], number]> {
  if (kind === 'group') {
    const { members } = readAnswer(groupMembersSchema, await client.getGroupMembers(id, page, PAGE));
    return [(members ?? []).map((member) => member.id), members?.length ?? 0];
  }
  const isChannel = kind === 'channel';
  const answer = isChannel ? client.getChannelMembers(id, page, PAGE) : client.getTeamMembers(id, page, PAGE);
  const members = readAnswer(membersSchema, await answer);
  // Who left a team stays in its list, with a time.
  return [members.filter((member) => member.delete_at === 0).map((member) => member.user_id), members.length];
}

/** @throws McoError `failed/chat-refused`: a part of a group would be a wrong answer */
async function readAllPages(read: (page: number) => Promise<[string[], number]>): Promise<string[]> {
  const all: string[] = [];
  for (let page = 0; page <= MAX_MEMBERS / PAGE; page++) {
    const [users, entries] = await read(page);
    all.push(...users);
    if (entries < PAGE) return all;
  }
  throw new McoError('failed/chat-refused', `the group has more than ${MAX_MEMBERS} members`);
}
