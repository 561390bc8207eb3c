import { hostname } from 'node:os';
import * as v from 'valibot';
import { McoError } from '../core/errors.ts';
import { collectiveSchema, IDENTITY, identitySchema } from '../core/names.ts';
import { brokerSchema } from './broker-config.ts';
import { type Config, pathSchema } from './load-config.ts';

const DEFAULT_AUDIT = '/var/log/mco/agent-audit.jsonl';
const DEFAULT_ROTATE_MB = 50;
const DEFAULT_KEEP = 10;

const wholeNumber = (min: number, max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min, `is less than ${min}`), v.maxValue(max, `is more than ${max}`));

const auditSection = v.strictObject({
  path: v.optional(pathSchema, DEFAULT_AUDIT),
  /** A file over this size is renamed, and a new one begun. */
  rotate_mb: v.optional(wholeNumber(1, 10_000), DEFAULT_ROTATE_MB),
  /** How many older files stay. */
  keep: v.optional(wholeNumber(1, 1000), DEFAULT_KEEP),
});

/** A path alone, or a section. Not a union: that would not say which key of the section is wrong. */
const auditSchema: v.GenericSchema<unknown, string | v.InferOutput<typeof auditSection>> = v.lazy((value) =>
  typeof value === 'string' ? pathSchema : auditSection,
);

/** The configuration file of mco-agent, `/etc/mco/agent.yaml`. */
export const agentConfigSchema = v.strictObject({
  /** Default: the host name in lower case. */
  identity: v.optional(identitySchema),
  collectives: v.optional(v.pipe(v.array(collectiveSchema), v.minLength(1, 'at least one is expected')), [
    'mcollective',
  ]),
  broker: brokerSchema,
  host_key: v.optional(pathSchema, '/etc/ssh/ssh_host_ed25519_key'),
  allowed_signers: v.optional(pathSchema, 'allowed_signers'),
  policy: v.optional(pathSchema, 'policy.yaml'),
  /** YAML or JSON; of a fact in several files, the last one counts. */
  facts: v.optional(v.array(pathSchema), []),
  classes: v.optional(pathSchema),
  audit: v.optional(auditSchema, DEFAULT_AUDIT),
});

/** The configuration with its defaults, and with absolute paths. */
export interface AgentConfig {
  readonly identity: string;
  readonly collectives: readonly string[];
  readonly broker: v.InferOutput<typeof brokerSchema>;
  readonly hostKey: string;
  readonly allowedSigners: string;
  readonly policy: string;
  readonly factFiles: readonly string[];
  readonly classesFile: string | undefined;
  readonly audit: { readonly path: string; readonly rotate: { readonly maxBytes: number; readonly keep: number } };
}

/** @throws McoError `usage/no-identity` when the host name can't be one */
export function resolveAgentConfig({
  value,
  resolvePath,
}: Config<v.InferOutput<typeof agentConfigSchema>>): AgentConfig {
  const { identity = hostname().toLowerCase(), collectives, broker, classes } = value;
  if (!IDENTITY.test(identity)) {
    throw new McoError('usage/no-identity', `the host name \`${identity}\` can't be an identity`, {
      hint: 'set `identity` in the configuration',
    });
  }
  return {
    identity,
    collectives: [...new Set(collectives)],
    broker,
    hostKey: resolvePath(value.host_key),
    allowedSigners: resolvePath(value.allowed_signers),
    policy: resolvePath(value.policy),
    factFiles: value.facts.map(resolvePath),
    classesFile: classes === undefined ? undefined : resolvePath(classes),
    audit: resolveAudit(value.audit, resolvePath),
  };
}

function resolveAudit(
  audit: v.InferOutput<typeof auditSchema>,
  resolvePath: (path: string) => string,
): AgentConfig['audit'] {
  const defaults = { rotate_mb: DEFAULT_ROTATE_MB, keep: DEFAULT_KEEP };
  const { path, rotate_mb, keep } = typeof audit === 'string' ? { path: audit, ...defaults } : audit;
  return { path: resolvePath(path), rotate: { maxBytes: rotate_mb * 1_000_000, keep } };
}
