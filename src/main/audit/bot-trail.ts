import { openAuditLog } from '../../adapters/audit-log/audit-log.ts';
import { createSyslogSink } from '../../adapters/audit-sinks/syslog-sink.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { nameChat } from '../../adapters/mattermost/addresses.ts';
import { type AuditSink, openAuditTrail } from '../../adapters/store/audit/open-audit-trail.ts';
import { type AuditChannel, createAuditChannel } from '../../bot/conversation/audit-channel.ts';
import type { Outbox } from '../../bot/conversation/outbox.ts';
import type { AuditTrail } from '../../core/audit-trail.ts';
import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import type { Signer } from '../../core/ports.ts';
import type { RunPlace } from '../../core/store.ts';
import type { BotConfig } from '../bot-config.ts';
import type { Config } from '../load-config.ts';
import { logProblem } from '../log.ts';
import { locateTrail } from './audit-config.ts';
import { checkpointRegularly } from './checkpoint-regularly.ts';
import { createFileSink } from './file-sink.ts';
import { tellFailures } from './tell-failures.ts';
import { createTrailVerifier } from './trail-verifier.ts';

const MINUTE_MS = 60_000;

/** The bot's audit trail with everything that is told what goes into it. */
export interface BotTrail {
  readonly trail: AuditTrail;
  /** The audit channel, where there is one, is told through this outbox from now on. */
  tellIn(outbox: Pick<Outbox, 'add'>): void;
  /** Tells the channel what it was not told yet, while it still can. */
  tellRest(): Promise<void>;
  /** With a last checkpoint. */
  close(): Promise<void>;
}

/** @throws McoError `failed/audit` */
export async function openBotTrail(
  { value: config, resolvePath }: Config<BotConfig>,
  { by, signer }: { readonly by: string; readonly signer: Signer },
): Promise<BotTrail> {
  const { audit } = config;
  const place = findAuditPlace(config);
  const channel = place && createAuditChannel({ place, clock: systemClock, onProblem: logProblem });
  const sinks = [
    ...(audit.file === undefined ? [] : [await openFileSink(resolvePath(audit.file))]),
    ...(audit.syslog === undefined
      ? []
      : [createSyslogSink({ ...audit.syslog, clock: systemClock, onProblem: logProblem })]),
    ...(channel === undefined ? [] : [toSink(channel)]),
  ];
  const { path, checkpointsPath } = locateTrail(audit, resolvePath);
  const verifier = createTrailVerifier([signer.fingerprint, ...audit.old_keys]);
  const options = { path, checkpointsPath, signer, verifier, by, sinks };
  const told = { clock: systemClock, onProblem: logProblem };
  const trail = tellFailures(await openAuditTrail({ ...options, ...told }), told);
  const everyMs = audit.checkpoint_minutes * MINUTE_MS;
  const checkpoints = checkpointRegularly({ trail, everyMs, clock: systemClock, onProblem: logProblem });
  return {
    trail,
    tellIn: (outbox) => channel?.open(outbox),
    tellRest: async () => await channel?.flush(),
    async close() {
      channel?.close();
      await checkpoints.close();
      await trail.close();
    },
  };
}

async function openFileSink(path: string): Promise<AuditSink> {
  return createFileSink({ log: await openAuditLog({ path }), clock: systemClock, onProblem: logProblem });
}

const toSink = ({ take }: AuditChannel): AuditSink => ({ take, close: async () => {} });

/**
 * The audit channel as one of the bot's own chats and the channel there.
 *
 * @throws McoError `usage/bad-file` when the bot is not in that chat
 */
export function findAuditPlace({
  audit,
  chat,
}: Pick<BotConfig, 'audit' | 'chat'>): Pick<RunPlace, 'chat' | 'channel'> | undefined {
  const { channel: text } = audit;
  if (text === undefined) return undefined;
  const chats = [
    ...(chat.slack ?? []).map(({ team }) => `slack:${team}`),
    ...(chat.mattermost ?? []).map(({ url }) => nameChat(new URL(url))),
  ];
  const found = chats.find((name) => text.startsWith(`${name}/`));
  if (found !== undefined) return { chat: found, channel: text.slice(found.length + 1) };
  throw new McoError('usage/bad-file', `\`audit.channel\`: ${text} is in no chat of this bot`, {
    hint: chats.length === 0 ? 'no chat service is configured' : suggest(text.replace(/\/[^/]*$/, ''), chats),
  });
}
