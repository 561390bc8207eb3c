import * as v from 'valibot';
import type { PuppetOptions } from '../../agent/plugins/puppet/puppet-host.ts';
import { pathSchema } from './load-config.ts';

const DEFAULT_MINUTES = 120;
const MINUTE_MS = 60_000;
/** Types whose properties are no secrets; passwords of users are left out anyway. */
const DEFAULT_READABLE_TYPES = ['file', 'group', 'host', 'mount', 'package', 'service', 'user'];

const minutes = v.optional(
  v.pipe(v.number(), v.safeInteger(), v.minValue(1, 'is less than 1'), v.maxValue(525_600, 'is more than a year')),
  DEFAULT_MINUTES,
);
const typeSchema = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*$/, 'is not a type of resource'));

/** `puppet:` in agent.yaml. */
export const puppetSection = v.strictObject({
  /** Default: Puppet's own. */
  confdir: v.optional(pathSchema),
  /** Default: `puppet` in the system's path, else /opt/puppetlabs/bin/puppet. */
  command: v.optional(pathSchema),
  /** A run that is on for longer is stale. */
  hung_after_minutes: minutes,
  /** A node whose last run ended before that is stale. */
  outdated_after_minutes: minutes,
  /** Types that `puppet resource` may show. */
  readable_types: v.optional(v.array(typeSchema), DEFAULT_READABLE_TYPES),
  /** Types that `puppet set_resource` may change: none. */
  resource_types: v.optional(v.array(typeSchema), []),
  /** Whether it may change what Puppet manages. */
  allow_managed: v.optional(v.boolean(), false),
  /** Whether a run may ask another server. */
  allow_server: v.optional(v.boolean(), false),
});

/** Of a node whose configuration does not mention Puppet. */
export const DEFAULT_PUPPET: PuppetOptions = resolvePuppetConfig(v.parse(puppetSection, {}), (path) => path);

export function resolvePuppetConfig(
  section: v.InferOutput<typeof puppetSection>,
  resolvePath: (path: string) => string,
): PuppetOptions {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolvePath(path));
  return {
    confdir: absolute(section.confdir),
    command: absolute(section.command),
    hungAfterMs: section.hung_after_minutes * MINUTE_MS,
    outdatedAfterMs: section.outdated_after_minutes * MINUTE_MS,
    permits: {
      readableTypes: section.readable_types,
      changeableTypes: section.resource_types,
      allowManaged: section.allow_managed,
      allowServer: section.allow_server,
    },
  };
}
