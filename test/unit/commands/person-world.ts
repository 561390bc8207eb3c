import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import type { CommandWorld } from '../../../src/core/command.ts';

/** The world of somebody who may use these actions, named `agent.action`. */
export function makeWorld(isAllowed: (action: string) => boolean): CommandWorld {
  return {
    agents: AGENT_DESCRIPTIONS,
    commands: COMMANDS,
    caller: 'person:bob',
    roles: [],
    may: (agent, action) => isAllowed(`${agent}.${action}`),
  };
}
