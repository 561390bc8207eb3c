import type { Chat } from '../../core/chat.ts';
import type { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Memberships } from '../../policy/policy.ts';
import type { MembershipOptions } from '../bot.ts';
import { createGroupCache } from './group-cache.ts';

const MAX_GROUPS = 500;

export interface MembershipFinderOptions {
  readonly chats: readonly Pick<Chat, 'name' | 'findMembers'>[];
  readonly clock: Clock;
  /** An answer of a chat service is not asked for again for so long. Default 5 min. */
  readonly maxAgeMs?: number;
  /** While the service can't be asked, its last answer counts for so long. Default 30 min. */
  readonly staleMs?: number;
  /** Told of look-ups that failed. Default: nobody. */
  readonly onProblem?: ((problem: McoError) => void) | undefined;
}

export interface MembershipFinder {
  /**
   * In which of these groups somebody is. Never fails and takes two seconds or so at most: what can't be told is
   * `unresolved`. A group of a service that none of the accounts is of is not asked for.
   *
   * @param accounts all accounts of one person: `slack:T024BE7LD/U2147483697`
   * @param groups `slack:T024BE7LD/S0614TZR7`, `mattermost:chat.example.org/channel/ID`
   * @param options.isFresh what was said before does not count, however long ago
   */
  find(
    accounts: readonly string[],
    groups: readonly string[],
    options?: Pick<MembershipOptions, 'isFresh'>,
  ): Promise<Memberships>;
}

/** Asks the chat services who is in their groups, and remembers what they said. */
export function createMembershipFinder(options: MembershipFinderOptions): MembershipFinder {
  const { chats, clock, maxAgeMs = 300_000, staleMs = 1_800_000, onProblem } = options;
  // INVARIANT: only the service that a group's name begins with says who is in it.
  const chatOf = (group: string) => chats.find(({ name }) => name === serviceOf(group));
  const cache = createGroupCache({
    clock,
    maxAgeMs,
    staleMs,
    maxGroups: MAX_GROUPS,
    onProblem,
    lookUp: (group) => chatOf(group)?.findMembers(group),
  });
  return {
    async find(accounts, groups, { isFresh } = {}) {
      const services = new Set(accounts.map(serviceOf));
      const asked = [...new Set(groups)].filter((group) => services.has(serviceOf(group)));
      const answers = await Promise.all(
        asked.map(async (group) => ({ group, members: await cache.membersOf(group, isFresh) })),
      );
      const isMember = (members: ReadonlySet<string> | undefined): boolean =>
        accounts.some((account) => members?.has(account) === true);
      return {
        of: new Set(answers.filter(({ members }) => isMember(members)).map(({ group }) => group)),
        unresolved: answers.filter(({ members }) => members === undefined).map(({ group }) => group),
      };
    },
  };
}

/** `slack:T024BE7LD` of `slack:T024BE7LD/S0614TZR7`: accounts, groups and chats are all named so. */
const serviceOf = (name: string): string => name.split('/', 1)[0] ?? name;
