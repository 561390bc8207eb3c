import { systemClock } from '../adapters/clock/system-clock.ts';
import { type HttpServer, startHttpServer } from '../adapters/http/http-server.ts';
import { createPolicyStore, type PolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createKnownHosts } from '../adapters/ssh/known-hosts-verifier.ts';
import type { StompBusOptions } from '../adapters/stomp/stomp-bus.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { createMembershipFinder } from '../bot/authority/find-memberships.ts';
import type { Bot } from '../bot/bot.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import type { Chat } from '../core/chat.ts';
import { toMcoError } from '../core/errors.ts';
import type { HttpRoute } from '../core/http.ts';
import type { Verifier } from '../core/ports.ts';
import { comparePolicies } from '../policy/compare-policies.ts';
import type { BotPolicy } from '../policy/policy.ts';
import { readBotPolicy } from '../policy/read-policy.ts';
import { locateTrail } from './audit/audit-config.ts';
import { findAuditPlace, openBotTrail } from './audit/bot-trail.ts';
import type { BotConfig } from './bot-config.ts';
import { createLoggedBus, readBrokerOptions } from './broker-config.ts';
import { type OpenService, readServices } from './chat-config.ts';
import { createBot, type RunningBot } from './create-bot.ts';
import { forgetRegularly } from './forget-regularly.ts';
import { openSigner } from './key-config.ts';
import { type Config, readNamedFile, requireWritableDirectory } from './load-config.ts';
import { logInfo, logProblem, logWarning } from './log.ts';
import { createPolicyAuthority } from './policy/policy-authority.ts';
import { readPolicyTree } from './policy/policy-tree.ts';
import { readDescriptions } from './read-descriptions.ts';
import { createReloads, type Reloads } from './reloads.ts';

/** How long a start waits for the first broker before it says so and goes on trying. */
const FIRST_CONNECTION_MS = 5000;

/** What a configuration names, read and checked. Nothing has been sent or written yet. */
export interface BotFiles {
  readonly policy: PolicyStore<BotPolicy>;
  readonly signers: Bot['signers'];
  readonly verifier: Verifier & { close(): void };
  readonly broker: StompBusOptions;
  readonly services: readonly OpenService[];
  /** The certificate of the bot's own HTTP server. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Changes to policy and `known_hosts`. */
  readonly reloads: Reloads;
  /** Descriptions that the configuration names. */
  readonly agents: readonly AgentDescription[];
  close(): void;
}

/** @throws McoError of the file that can't be used */
export async function openBotFiles({ value: config, resolvePath }: Config<BotConfig>): Promise<BotFiles> {
  const { keys } = config;
  const reloads = createReloads();
  const policy = createPolicyStore({
    dir: resolvePath(config.policies),
    read: readBotPolicy,
    onReload: (now, before) => reloads.note('the policy', undefined, comparePolicies(before, now)),
    onError: (problem) => reloads.note('the policy', problem),
  });
  const signers = {
    read: await openSigner(keys.read, resolvePath),
    write: keys.write === undefined ? undefined : await openSigner(keys.write, resolvePath),
  };
  const verifier = await createKnownHosts({
    path: config.known_hosts.map(resolvePath),
    onWarning: logWarning,
    onReload: (problem) => reloads.note('known_hosts', problem),
  });
  const broker = await readBrokerOptions(config.broker, resolvePath);
  const agents = config.agents === undefined ? [] : await readDescriptions(resolvePath(config.agents));
  const services = await readServices(config, resolvePath, systemClock);
  const tls = config.http?.tls && {
    cert: await readNamedFile(resolvePath(config.http.tls.cert), 'the certificate'),
    key: await readNamedFile(resolvePath(config.http.tls.key), 'the key'),
  };
  const { path, checkpointsPath } = locateTrail(config.audit, resolvePath);
  await requireWritableDirectory(path, '`audit.trail`');
  await requireWritableDirectory(checkpointsPath, '`audit.checkpoints`');
  if (config.audit.file !== undefined) await requireWritableDirectory(resolvePath(config.audit.file), '`audit.file`');
  findAuditPlace(config);
  await requireWritableDirectory(resolvePath(config.store), '`store`');
  return {
    policy,
    signers,
    verifier,
    broker,
    services,
    tls,
    reloads,
    agents,
    close() {
      policy.close();
      verifier.close();
    },
  };
}

/**
 * Opens store and audit trail and connects. A broker or chat service that is away is told of and waited for.
 *
 * @param terminal where commands are typed, if they are
 */
export async function connectBot(
  config: Config<BotConfig>,
  files: BotFiles,
  terminal: readonly Chat[],
): Promise<RunningBot> {
  const { value, resolvePath } = config;
  const { policy, signers, verifier, reloads } = files;
  // The store first: its lock keeps a second bot out, which must not write records either.
  const store = await openStore({ path: resolvePath(value.store), noteProblem: logProblem });
  const auditName = `bot:${value.name}`;
  const audit = await openBotTrail(config, { by: auditName, signer: signers.read });
  const services = await Promise.all(files.services.map((open) => open(store)));
  const bus = createLoggedBus(files.broker);
  const routes = services.flatMap((service) => service.routes);
  const http = await openHttp(value.http, { tls: files.tls, routes });
  const chats = [...services, ...terminal];
  const finder = createMembershipFinder({ chats, clock: systemClock, onProblem: logProblem });
  const bot = await createBot({
    auditName,
    name: value.name,
    collectives: value.collectives,
    authority: createPolicyAuthority(policy.current, finder, () => readPolicyTree(resolvePath(value.policies))),
    signers,
    verifier,
    bus,
    audit: audit.trail,
    trail: audit.trail,
    store,
    chats,
    configuredAgents: files.agents,
    onProblem: logProblem,
  });
  reloads.recordIn({ audit: audit.trail, by: auditName, clock: systemClock });
  audit.tellIn(bot.conversations.outbox);
  const stopForgetting = forgetRegularly(store, value.keep_days);
  await bus.whenUp(FIRST_CONNECTION_MS).catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  const { close } = bot;
  // Not a copy, which would not learn.
  return Object.assign(bot, {
    async close() {
      stopForgetting();
      await http?.close();
      await audit.tellRest();
      await close();
      await bus.close();
      await audit.close();
      store.close();
    },
  });
}

/** The server that chat services call; none where no service calls. */
async function openHttp(
  http: BotConfig['http'],
  { tls, routes }: { readonly tls: BotFiles['tls']; readonly routes: readonly HttpRoute[] },
): Promise<HttpServer | undefined> {
  if (http === undefined) return undefined;
  const { host, port } = http;
  const server = await startHttpServer({ host, port, tls, routes, onProblem: logProblem });
  logInfo(`listening for chat services on ${server.address}`);
  return server;
}
