import * as v from 'valibot';
import { BOT_NAME, collectiveSchema } from '../core/names.ts';
import { auditSchema, requireOwnFiles } from './audit/audit-config.ts';
import { brokerSchema } from './broker-config.ts';
import { chatSchema, httpSchema } from './chat-config.ts';
import { keySchema } from './key-config.ts';
import { type Config, loadConfig, pathSchema } from './load-config.ts';

const DAYS = 'must be 8 to 3650';

/** The configuration file of `mcobot`, `/etc/mcobot/mcobot.yaml`. */
export const botConfigSchema = v.strictObject({
  /** Names the reply queue; no two running bots may share it. */
  name: v.optional(v.pipe(v.string(), v.regex(BOT_NAME, 'is not a lower-case name')), 'mcobot'),
  /** Commands without `-T` go to the first. */
  collectives: v.optional(v.pipe(v.array(collectiveSchema), v.minLength(1, 'at least one is expected')), [
    'mcollective',
  ]),
  broker: brokerSchema,
  /** Reads and writes are signed with different keys; without a write key the bot can't write. */
  keys: v.strictObject({ read: keySchema, write: v.optional(keySchema) }),
  known_hosts: v.optional(v.pipe(v.array(pathSchema), v.minLength(1, 'at least one is expected')), [
    '/etc/ssh/ssh_known_hosts',
  ]),
  /** A directory of `*.yaml`. */
  policies: v.optional(pathSchema, 'policies'),
  audit: auditSchema,
  /** Runs, what waits to be delivered, and what was seen: what survives a restart. */
  store: v.optional(pathSchema, '/var/lib/mcobot/mcobot.db'),
  /** How long runs can be shown and retried. More than the seven days that a button works: used ones are remembered. */
  keep_days: v.optional(v.pipe(v.number(DAYS), v.safeInteger(DAYS), v.minValue(8, DAYS), v.maxValue(3650, DAYS)), 30),
  /** A directory of `*.json`: descriptions of agents that the nodes have. They win over what nodes tell. */
  agents: v.optional(pathSchema),
  chat: chatSchema,
  http: v.optional(httpSchema),
});

export type BotConfig = v.InferOutput<typeof botConfigSchema>;

/**
 * Reads the configuration of a bot.
 *
 * @throws McoError `usage/no-config`, `usage/bad-file`
 */
export async function loadBotConfig(path: string): Promise<Config<BotConfig>> {
  const file = await loadConfig(botConfigSchema, path);
  requireOwnFiles(file.value, file.resolvePath);
  return file;
}
