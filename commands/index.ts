import type { Command } from '../src/core/command.ts';
import { approveCommand } from './approve.ts';
import { auditCommand } from './audit.ts';
import { cancelCommand } from './cancel.ts';
import { factsCommand } from './facts.ts';
import { findCommand } from './find.ts';
import { healthCommand } from './health.ts';
import { helpCommand } from './help.ts';
import { inventoryCommand } from './inventory.ts';
import { packageCommand } from './package.ts';
import { pingCommand } from './ping.ts';
import { policyCommand } from './policy.ts';
import { rejectCommand } from './reject.ts';
import { retryCommand } from './retry.ts';
import { rpcCommand } from './rpc.ts';
import { runsCommand } from './runs.ts';
import { serviceCommand } from './service.ts';
import { showCommand } from './show.ts';
import { whoamiCommand } from './whoami.ts';
import { withdrawCommand } from './withdraw.ts';

/** Every command, listed by hand: what runs is what was reviewed. */
export const COMMANDS: readonly Command[] = [
  packageCommand,
  serviceCommand,
  findCommand,
  pingCommand,
  factsCommand,
  inventoryCommand,
  rpcCommand,
  runsCommand,
  showCommand,
  cancelCommand,
  retryCommand,
  approveCommand,
  rejectCommand,
  withdrawCommand,
  policyCommand,
  auditCommand,
  whoamiCommand,
  healthCommand,
  helpCommand,
];
