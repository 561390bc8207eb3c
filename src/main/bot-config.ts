import * as v from 'valibot';
import { BOT_NAME, collectiveSchema } from '../core/names.ts';
import { brokerSchema } from './broker-config.ts';
import { keySchema } from './key-config.ts';
import { pathSchema } from './load-config.ts';

const accountName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not an account name'));

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
  audit: v.optional(pathSchema, '/var/log/mcobot/audit.jsonl'),
  chat: v.strictObject({
    /** Commands are read from standard input, as this account: `console:USER` in the policy. */
    console: v.optional(v.strictObject({ user: accountName })),
  }),
});

export type BotConfig = v.InferOutput<typeof botConfigSchema>;
