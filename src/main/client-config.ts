import * as v from 'valibot';
import { callerSchema, collectiveSchema } from '../core/names.ts';
import { brokerSchema } from './broker-config.ts';
import { keySchema } from './key-config.ts';
import { pathSchema } from './load-config.ts';

export const DEFAULT_CLIENT_AUDIT = '~/.local/state/mco/audit.jsonl';

/** The configuration file of `mco`, `~/.config/mco/client.yaml` or `/etc/mco/client.yaml`. */
export const clientConfigSchema = v.strictObject({
  /** Who asks, as the nodes' policies call them; the nodes check that the key may speak for them. */
  caller: callerSchema,
  key: keySchema,
  /** Commands without `-T` go to the first. */
  collectives: v.optional(v.pipe(v.array(collectiveSchema), v.minLength(1, 'at least one is expected')), [
    'mcollective',
  ]),
  broker: brokerSchema,
  known_hosts: v.optional(v.pipe(v.array(pathSchema), v.minLength(1, 'at least one is expected')), [
    '/etc/ssh/ssh_known_hosts',
  ]),
  audit: v.optional(pathSchema, DEFAULT_CLIENT_AUDIT),
});
