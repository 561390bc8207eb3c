import { AGENT_DESCRIPTIONS } from '../../agent/plugins/index.ts';
import { COMMANDS } from '../../commands/index.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { hashText } from '../adapters/hash/hash-text.ts';
import { createActiveRuns } from '../bot/active-runs.ts';
import { openAgentRegistry } from '../bot/agent-registry.ts';
import type { Authority, Bot } from '../bot/bot.ts';
import { createCollector } from '../bot/collecting/collector.ts';
import { originOf } from '../bot/conversation/chat-origin.ts';
import { type Conversations, createConversations } from '../bot/conversation/conversations.ts';
import { type AgentDescription, requireSound } from '../core/agent-description.ts';
import type { AuditTrail } from '../core/audit-trail.ts';
import type { Chat } from '../core/chat.ts';
import { replyDestination } from '../core/destinations.ts';
import type { McoError } from '../core/errors.ts';
import type { AuditLog, Bus, Clock, Verifier } from '../core/ports.ts';
import { createRefusalRecorder, ownedByCaller, sumUpRefusals } from '../core/refusal-recorder.ts';
import type { Store } from '../core/store.ts';
import { createClientCommands } from './client-commands.ts';
import { listHealthChecks } from './health-checks.ts';

export interface BotParts {
  /** `bot:NAME` or `client:NAME`. */
  readonly auditName: string;
  /** One segment of the reply queue's name; no two running bots may share it. */
  readonly name: string;
  /** The first is the one that commands without `-T` go to. */
  readonly collectives: readonly string[];
  readonly authority: Authority;
  readonly signers: Bot['signers'];
  /** Over `known_hosts`. */
  readonly verifier: Verifier;
  readonly bus: Bus;
  /** Where records go; `trail` where it can be read and is chained. */
  readonly audit: AuditLog;
  readonly trail?: AuditTrail | undefined;
  readonly store: Store;
  readonly chats: readonly Chat[];
  readonly readNodeList?: Bot['readNodeList'];
  /** Descriptions of agents that the configuration names. Default: none. */
  readonly configuredAgents?: readonly AgentDescription[] | undefined;
  /** False: it ends with its command, so that nobody is told later what came of jobs. Default: true. */
  readonly tellsOfJobs?: boolean | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  onProblem(problem: McoError): void;
}

/** How long a stop waits for commands that are under way; what is not done then is taken up at the next start. */
const STOP_WITHIN_MS = 10_000;

/** A bot that listens on its reply queues and in its chats. */
export interface RunningBot extends Bot {
  readonly conversations: Conversations;
  /** Ends that, and writes what was left to record. */
  close(): Promise<void>;
}

/** Takes up what an earlier process left open, then listens: first on the broker, then in the chats. */
export async function createBot(parts: BotParts): Promise<RunningBot> {
  const { auditName, name, collectives, audit, bus, chats, onProblem, clock = systemClock } = parts;
  const stamp = () => ({ at: new Date(clock.now()).toISOString(), by: auditName });
  for (const description of AGENT_DESCRIPTIONS) requireSound(description);
  await audit.append({ ...stamp(), event: 'started' });

  const refusals = createRefusalRecorder({ audit, clock, ownerOf: ownedByCaller, onProblem });
  const collector = createCollector(parts.verifier, ({ error, sender, request }) => {
    const event = sender === undefined ? 'refused' : 'unexpected';
    refusals.record({ ...stamp(), event, code: error.code, reason: error.message, request, signer: sender });
  });
  const collective = collectives[0] ?? 'mcollective';
  // `slack:T024BE7LD/U2147483697` is of the chat `slack:T024BE7LD`, `console:ana` of `console`.
  const chatOf = (account: string) =>
    chats.find((chat) => account.startsWith(`${chat.name}/`) || account.startsWith(`${chat.name}:`));
  const { configuredAgents: configured = [], store } = parts;
  const taken = COMMANDS.map((command) => command.name);
  const registry = await openAgentRegistry({
    builtIn: AGENT_DESCRIPTIONS,
    configured,
    taken,
    store: store.agents,
    clock,
  });
  const bot: Bot = {
    ...parts,
    audit: sumUpRefusals(audit, refusals),
    clock,
    newId: newUuid,
    collective,
    collector,
    commands: parts.authority.leavesToNodes === true ? createClientCommands(COMMANDS) : COMMANDS,
    get agents() {
      return registry.current();
    },
    registry,
    active: createActiveRuns(),
    health: listHealthChecks({ ...parts, clock, newId: newUuid, collective }),
    findPerson: async (account) => chatOf(account)?.findPerson(account),
    openThread: (run) => conversations.openThread(run),
    jobs: parts.tellsOfJobs === false ? undefined : followLater(() => conversations),
    hash: hashText,
    replyTo: (of) => replyDestination(of, name),
  };
  const conversations: Conversations = createConversations(bot, {
    chats,
    onProblem,
    onRefusal(chat, { error, account, channel }) {
      const origin = originOf({ chat, channel: channel ?? '' });
      refusals.record({
        ...stamp(),
        event: 'refused',
        code: error.code,
        reason: error.message,
        caller: account,
        origin,
      });
    },
  });
  await conversations.resume();
  const unsubscribe = collectives.map((of) => bus.subscribe(replyDestination(of, name), collector.receive));
  await conversations.start();
  // Not a copy, which would not learn.
  return Object.assign(bot, {
    conversations,
    async close() {
      await conversations.stop(STOP_WITHIN_MS);
      for (const leave of unsubscribe) leave();
      await refusals.flush();
      await audit.append({ ...stamp(), event: 'stopped' });
    },
  });
}

/** Conversations begin after the bot that they belong to. */
const followLater = (conversations: () => Conversations): Bot['jobs'] => ({
  follow: (report) => conversations().jobs.follow(report),
  drop: (run, nodes) => conversations().jobs.drop(run, nodes),
});
