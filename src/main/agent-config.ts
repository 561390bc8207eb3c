import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { PuppetOptions } from '../../agent/plugins/puppet/puppet-host.ts';
import { McoError } from '../core/errors.ts';
import { collectiveSchema, IDENTITY, identitySchema } from '../core/names.ts';
import { brokerSchema } from './broker-config.ts';
import { type Config, pathSchema } from './load-config.ts';
import { type PackageConfig, packageSection, resolvePackageConfig } from './package-config.ts';
import { puppetSection, resolvePuppetConfig } from './puppet-config.ts';
import { facterSection, fileSection, resolveToolsConfig, shellSection, type ToolsConfig } from './tools-config.ts';

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

const DEFAULT_AGENTS = '/etc/mco/agents';

const agentsSection = v.strictObject({
  path: v.optional(pathSchema, DEFAULT_AGENTS),
  /** The account that their programs run as; left out: root, as mco-agent itself. */
  user: v.optional(v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'is not the name of an account'))),
});

/** A path alone, or a section. */
const agentsSchema: v.GenericSchema<unknown, string | v.InferOutput<typeof agentsSection>> = v.lazy((value) =>
  typeof value === 'string' ? pathSchema : agentsSection,
);

const DEFAULT_JOBS = '/var/lib/mco/jobs';
const DEFAULT_JOB_LIMITS = { running: 16, keep: 200 };

const jobsSection = v.strictObject({
  path: v.optional(pathSchema, DEFAULT_JOBS),
  /** How many run at once. */
  running: v.optional(wholeNumber(1, 256), DEFAULT_JOB_LIMITS.running),
  /** How many that have ended stay. */
  keep: v.optional(wholeNumber(1, 10_000), DEFAULT_JOB_LIMITS.keep),
});

/** A path alone, or a section. */
const jobsSchema: v.GenericSchema<unknown, string | v.InferOutput<typeof jobsSection>> = v.lazy((value) =>
  typeof value === 'string' ? pathSchema : jobsSection,
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
  /** Where jobs are kept, each node's in a directory of its own. */
  jobs: v.optional(jobsSchema, DEFAULT_JOBS),
  /** Agents in any language, each in a directory of its own. */
  agents: v.optional(agentsSchema, DEFAULT_AGENTS),
  /** How the package manager is run. */
  package: v.optional(packageSection, {}),
  puppet: v.optional(puppetSection, {}),
  /** What the agents file, facter and shell may do; without `shell` there is none. */
  file: v.optional(fileSection, {}),
  facter: v.optional(facterSection),
  shell: v.optional(shellSection),
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
  readonly jobs: { readonly directory: string; readonly running: number; readonly kept: number };
  readonly agents: { readonly path: string; readonly user: string | undefined };
  readonly packages: PackageConfig;
  readonly puppet: PuppetOptions;
  readonly tools: ToolsConfig;
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
    jobs: resolveJobs(value.jobs, { identity, resolvePath }),
    agents: resolveAgents(value.agents, resolvePath),
    packages: resolvePackageConfig(value.package, resolvePath),
    puppet: resolvePuppetConfig(value.puppet, resolvePath),
    tools: resolveToolsConfig(value),
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

/** Two agents on one machine must not take each other's jobs for theirs. */
function resolveJobs(
  jobs: v.InferOutput<typeof jobsSchema>,
  { identity, resolvePath }: { identity: string; resolvePath: (path: string) => string },
): AgentConfig['jobs'] {
  const { path, running, keep } = typeof jobs === 'string' ? { path: jobs, ...DEFAULT_JOB_LIMITS } : jobs;
  return { directory: join(resolvePath(path), identity), running, kept: keep };
}

function resolveAgents(
  agents: v.InferOutput<typeof agentsSchema>,
  resolvePath: (path: string) => string,
): AgentConfig['agents'] {
  const { path, user = undefined } = typeof agents === 'string' ? { path: agents } : agents;
  return { path: resolvePath(path), user };
}
