import { openAuditLog } from '../adapters/audit-log/audit-log.ts';
import { createPolicyStore, type PolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createKnownHosts } from '../adapters/ssh/known-hosts-verifier.ts';
import type { StompBusOptions } from '../adapters/stomp/stomp-bus.ts';
import type { Bot } from '../bot/bot.ts';
import { toMcoError } from '../core/errors.ts';
import type { Verifier } from '../core/ports.ts';
import type { BotPolicy } from '../policy/policy.ts';
import { readBotPolicy } from '../policy/read-policy.ts';
import type { BotConfig } from './bot-config.ts';
import { createLoggedBus, readBrokerOptions } from './broker-config.ts';
import { createBot } from './create-bot.ts';
import { openSigner } from './key-config.ts';
import { type Config, requireWritableDirectory } from './load-config.ts';
import { logProblem, logReload, logWarning } from './log.ts';
import { createPolicyAuthority } from './policy-authority.ts';

/** How long a start waits for the first broker before it says so and goes on trying. */
const FIRST_CONNECTION_MS = 5000;

/** What a configuration names, read and checked. Nothing has been sent or written yet. */
export interface BotFiles {
  readonly policy: PolicyStore<BotPolicy>;
  readonly signers: Bot['signers'];
  readonly verifier: Verifier & { close(): void };
  readonly broker: StompBusOptions;
  close(): void;
}

/** @throws McoError of the file that can't be used */
export async function openBotFiles({ value: config, resolvePath }: Config<BotConfig>): Promise<BotFiles> {
  const { keys } = config;
  const policy = createPolicyStore({
    dir: resolvePath(config.policies),
    read: readBotPolicy,
    onReload: () => logReload('the policy'),
    onError: (problem) => logReload('the policy', problem),
  });
  const signers = {
    read: await openSigner(keys.read, resolvePath),
    write: keys.write === undefined ? undefined : await openSigner(keys.write, resolvePath),
  };
  const verifier = await createKnownHosts({
    path: config.known_hosts.map(resolvePath),
    onWarning: logWarning,
    onReload: (problem) => logReload('known_hosts', problem),
  });
  const broker = await readBrokerOptions(config.broker, resolvePath);
  await requireWritableDirectory(resolvePath(config.audit), '`audit`');
  return {
    policy,
    signers,
    verifier,
    broker,
    close() {
      policy.close();
      verifier.close();
    },
  };
}

/** Opens the audit log and connects. A broker that is away is told of and waited for. */
export async function connectBot(
  { value: config, resolvePath }: Config<BotConfig>,
  { policy, signers, verifier, broker }: BotFiles,
): Promise<Bot & { close(): Promise<void> }> {
  const audit = await openAuditLog({ path: resolvePath(config.audit) });
  const bus = createLoggedBus(broker);
  const bot = await createBot({
    auditName: `bot:${config.name}`,
    name: config.name,
    collectives: config.collectives,
    authority: createPolicyAuthority(policy.current),
    signers,
    verifier,
    bus,
    audit,
    onProblem: logProblem,
  });
  await bus.whenUp(FIRST_CONNECTION_MS).catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  return {
    ...bot,
    async close() {
      await bot.close();
      await bus.close();
      await audit.close();
    },
  };
}
