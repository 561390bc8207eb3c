import type { Command } from '../src/core/command.ts';
import { agentsCommand } from './agents.ts';
import { approveCommand } from './approve.ts';
import { auditCommand } from './audit.ts';
import { cancelCommand } from './cancel.ts';
import { collectivesCommand } from './collectives.ts';
import { factsCommand } from './facts.ts';
import { fileCommand } from './file.ts';
import { findCommand } from './find.ts';
import { healthCommand } from './health.ts';
import { helpCommand } from './help.ts';
import { inventoryCommand } from './inventory.ts';
import { jobCommand } from './job.ts';
import { nettestCommand } from './nettest.ts';
import { packageCommand } from './package.ts';
import { pingCommand } from './ping.ts';
import { policyCommand } from './policy.ts';
import { processCommand } from './process.ts';
import { puppetCommand } from './puppet.ts';
import { rejectCommand } from './reject.ts';
import { retryCommand } from './retry.ts';
import { rpcCommand } from './rpc.ts';
import { runsCommand } from './runs.ts';
import { serviceCommand } from './service.ts';
import { shellCommand } from './shell.ts';
import { showCommand } from './show.ts';
import { whoamiCommand } from './whoami.ts';
import { withdrawCommand } from './withdraw.ts';

/** Every command, listed by hand: what runs is what was reviewed. */
export const COMMANDS: readonly Command[] = [
  packageCommand,
  serviceCommand,
  puppetCommand,
  processCommand,
  fileCommand,
  nettestCommand,
  shellCommand,
  jobCommand,
  findCommand,
  pingCommand,
  factsCommand,
  inventoryCommand,
  collectivesCommand,
  agentsCommand,
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
