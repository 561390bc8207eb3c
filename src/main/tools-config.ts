import * as v from 'valibot';
import { isNormalisedPath } from '../core/host/path-glob.ts';
import type { JobLimits } from '../core/jobs.ts';
import { splitCommand } from '../core/split-command.ts';

const MAX_GLOBS = 200;
const DEFAULT_FACTER_MINUTES = 10;

const globSchema = v.pipe(
  v.string(),
  v.maxLength(1000),
  v.check(
    (glob) => isNormalisedPath(glob),
    'is not an absolute path with `*` or `**`, without dots and doubled slashes',
  ),
);
const globsSchema = v.pipe(v.array(globSchema), v.maxLength(MAX_GLOBS));
const absolutePath = v.pipe(
  v.string(),
  v.maxLength(1000),
  v.check((path) => path === '/' || isNormalisedPath(path), 'is not an absolute path without dots'),
);
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1, 'is less than 1'));

/** `file:` in agent.yaml. Without it nothing is written, and nothing but the state of files is shown. */
export const fileSection = v.strictObject({
  /** What may be created, touched and removed. */
  write: v.optional(globsSchema, []),
  /** Of what the last lines may be shown. */
  tail: v.optional(globsSchema, []),
});

const commandSchema = v.pipe(
  v.string(),
  v.maxLength(1000),
  v.check((text) => isCommand(text), 'is not a program with its arguments'),
);

/** `facter:` in agent.yaml. Left out: the agent is there where facter is installed. */
export const facterSection = v.strictObject({
  command: v.optional(commandSchema),
  /** How old its facts may get. */
  every_minutes: v.optional(v.pipe(positive, v.maxValue(1440, 'is more than 1440')), DEFAULT_FACTER_MINUTES),
  /** Names of facter 2 too, such as `lsbmajdistrelease`. */
  legacy: v.optional(v.boolean(), true),
  /** Its facts count in filters, where no file has them. */
  into_facts: v.optional(v.boolean(), false),
});

const environmentSchema = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable')),
  v.pipe(v.string(), v.maxLength(4096), v.regex(/^[^\0]*$/, 'holds a NUL character')),
);

/** `shell:` in agent.yaml. Left out: this node has no such agent. */
export const shellSection = v.strictObject({
  user: v.optional(v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'is not the name of an account'))),
  directory: v.optional(absolutePath),
  environment: v.optional(environmentSchema, {}),
  limits: v.optional(
    v.strictObject({
      cpu_seconds: v.optional(positive),
      memory_mb: v.optional(positive),
      processes: v.optional(positive),
      file_mb: v.optional(positive),
    }),
    {},
  ),
  /** Default: `sh`; none where `commands` says what may run. */
  shells: v.optional(
    v.record(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not a plain lower-case name')), absolutePath),
  ),
  /** Programs that may run; left out: any. */
  commands: v.optional(globsSchema),
});

/** What a node lets its agents `file`, `facter` and `shell` do. */
export interface ToolsConfig {
  readonly file: { readonly write: readonly string[]; readonly tail: readonly string[] };
  readonly facter: FacterConfig | undefined;
  readonly shell: ShellConfig | undefined;
}

export interface FacterConfig {
  /** Left out: where it is usually installed. */
  readonly command: readonly [string, ...string[]] | undefined;
  readonly everyMs: number;
  readonly legacy: boolean;
  readonly isIntoFacts: boolean;
}

export interface ShellConfig {
  readonly user: string | undefined;
  readonly directory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: JobLimits;
  readonly shells: Readonly<Record<string, string>>;
  readonly commands: readonly string[] | undefined;
}

export interface ToolsSections {
  readonly file: v.InferOutput<typeof fileSection>;
  readonly facter?: v.InferOutput<typeof facterSection> | undefined;
  readonly shell?: v.InferOutput<typeof shellSection> | undefined;
}

export function resolveToolsConfig({ file, facter, shell }: ToolsSections): ToolsConfig {
  return {
    file,
    facter: facter && {
      command: facter.command === undefined ? undefined : splitCommand(facter.command),
      everyMs: facter.every_minutes * 60_000,
      legacy: facter.legacy,
      isIntoFacts: facter.into_facts,
    },
    shell: shell && resolveShell(shell),
  };
}

function resolveShell(section: v.InferOutput<typeof shellSection>): ShellConfig {
  const { user, directory, environment, limits, commands } = section;
  return {
    user,
    directory,
    environment,
    limits: {
      cpuSeconds: limits.cpu_seconds,
      memoryMb: limits.memory_mb,
      processes: limits.processes,
      fileMb: limits.file_mb,
    },
    // INVARIANT: a list of programs is not undone by a shell that nobody named.
    shells: section.shells ?? (commands === undefined ? { sh: '/bin/sh' } : {}),
    commands,
  };
}

function isCommand(text: string): boolean {
  try {
    splitCommand(text);
    return true;
  } catch {
    return false;
  }
}

/** Without a configuration: nothing is written, there is no shell, and facter is used where it is installed. */
export const DEFAULT_TOOLS: ToolsConfig = { file: { write: [], tail: [] }, facter: undefined, shell: undefined };
