import type { Tell } from '../../core/command.ts';
import { sleep } from '../../core/waiting.ts';
import { type Asker, worldOf } from '../asker.ts';
import type { Bot } from '../bot.ts';

/** The name is only an extra: nobody waits for a slow service to tell it. */
const NAME_WITHIN_MS = 2000;

/** Who somebody is to the bot, by which account, and what they may do where they are. */
export async function describeAsker(bot: Bot, asker: Asker): Promise<Tell> {
  const { agents, roles, may } = worldOf(bot, asker);
  const { of, unresolved } = asker.memberships;
  const allowed = agents.flatMap(({ agent, actions }) =>
    Object.entries(actions)
      .filter(([action]) => may(agent, action))
      .map(([action, { effect }]) => `${agent}.${action} (${effect})`),
  );
  const groups = [...of, ...unresolved.map((group) => `${group} could not be looked up: what it allows is left out`)];
  const name = await findName(bot, asker.account);
  return {
    kind: 'tell',
    title: `you are ${asker.caller}`,
    sections: [
      {
        heading: 'Account',
        lines: [asker.account, ...(name === undefined ? [] : [`known there as ${name}`])],
      },
      { heading: 'Place, as bindings name it', lines: [asker.place] },
      ...(groups.length === 0 ? [] : [{ heading: 'Groups of the chat service', lines: groups }]),
      { heading: 'Roles here', lines: roles.length === 0 ? ['none'] : roles },
      { heading: 'Actions you may use here', lines: allowed.length === 0 ? ['none'] : allowed },
    ],
  };
}

/** As the service calls them. Nothing is decided by it. */
async function findName({ findPerson, clock }: Bot, account: string): Promise<string | undefined> {
  const person = findPerson(account).catch(() => undefined);
  return (await Promise.race([person, sleep(clock, NAME_WITHIN_MS)]))?.displayName;
}
