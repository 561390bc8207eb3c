import * as v from 'valibot';
import { pathSchema } from './load-config.ts';

const MAX_VARIABLES = 50;

/** A variable's name as POSIX has them; its value, one line. */
const environmentSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable')),
    v.pipe(v.string(), v.maxLength(4096), v.regex(/^[^\0\r\n]*$/, 'is more than one line')),
  ),
  v.check((variables) => Object.keys(variables).length <= MAX_VARIABLES, `more than ${MAX_VARIABLES} variables`),
);

/** `package:` in agent.yaml. */
export const packageSection = v.strictObject({
  /** Default: by the database that this machine has. */
  manager: v.optional(v.picklist(['apt', 'dnf'])),
  /** Added to the environment of the tools: proxies, or `APT_CONFIG`. */
  environment: v.optional(environmentSchema, {}),
  /** dnf: an install root, in place of this machine. */
  root: v.optional(pathSchema),
  /** dnf: its configuration file. */
  config: v.optional(pathSchema),
});

/** How this node's package manager is run; with absolute paths. */
export interface PackageConfig {
  readonly manager?: 'apt' | 'dnf' | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly root?: string | undefined;
  readonly config?: string | undefined;
}

export function resolvePackageConfig(
  section: v.InferOutput<typeof packageSection>,
  resolvePath: (path: string) => string,
): PackageConfig {
  const { manager, environment, root, config } = section;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolvePath(path));
  return { manager, environment, root: absolute(root), config: absolute(config) };
}
