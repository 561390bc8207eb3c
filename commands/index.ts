import type { Command } from '../src/core/command.ts';
import { factsCommand } from './facts.ts';
import { findCommand } from './find.ts';
import { helpCommand } from './help.ts';
import { inventoryCommand } from './inventory.ts';
import { packageCommand } from './package.ts';
import { pingCommand } from './ping.ts';
import { rpcCommand } from './rpc.ts';
import { serviceCommand } from './service.ts';
import { whoamiCommand } from './whoami.ts';

/** Every command, listed by hand: what runs is what was reviewed. */
export const COMMANDS: readonly Command[] = [
  packageCommand,
  serviceCommand,
  findCommand,
  pingCommand,
  factsCommand,
  inventoryCommand,
  rpcCommand,
  whoamiCommand,
  helpCommand,
];
