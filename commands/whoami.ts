import type { Command } from '../src/core/command.ts';
import { refuseWords } from '../src/core/read-call.ts';

/** Who the bot takes somebody for, and what they may do here. */
export const whoamiCommand: Command = {
  name: 'whoami',
  about: 'Who you are to the bot, and what you may do here',
  usage: ['whoami'],
  examples: ['whoami'],
  plan(line, world) {
    refuseWords(line, 1);
    const allowed = world.agents.flatMap(({ agent, actions }) =>
      Object.entries(actions)
        .filter(([action]) => world.may(agent, action))
        .map(([action, { effect }]) => `${agent}.${action} (${effect})`),
    );
    return {
      kind: 'tell',
      title: `you are ${world.caller}`,
      sections: [
        { heading: 'Roles here', lines: world.roles.length === 0 ? ['none'] : world.roles },
        { heading: 'Actions you may use here', lines: allowed.length === 0 ? ['none'] : allowed },
      ],
    };
  },
};
