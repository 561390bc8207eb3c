import type { ActionDescription } from '../../../src/core/agent-description.ts';

const HOUR_MS = 3_600_000;

/** `puppet agent --onetime`, followed to its end. */
export const RUN_ONCE: ActionDescription = {
  about:
    'runs Puppet once and follows it to its end; where a run is on already that one is followed, where Puppet is disabled nothing is done',
  effect: 'write',
  // A dry run of Puppet fetches the catalogue and plugins, writes its report and sends it.
  dryRun: 'write',
  isJob: true,
  timeoutMs: HOUR_MS,
  input: {
    tags: {
      about: 'only what has one of these tags, separated by commas',
      type: 'string',
      optional: true,
      maxLength: 256,
      pattern: '[A-Za-z0-9_][A-Za-z0-9_:.,-]*',
    },
    skip_tags: {
      about: 'nothing that has one of these tags, separated by commas',
      type: 'string',
      optional: true,
      maxLength: 256,
      pattern: '[A-Za-z0-9_][A-Za-z0-9_:.,-]*',
    },
    environment: {
      about: "another environment than the node's own",
      type: 'string',
      optional: true,
      maxLength: 64,
      pattern: '[A-Za-z0-9_]+',
    },
    server: {
      about: "another server, `HOST` or `HOST:PORT`; refused unless the node's configuration has `allow_server`",
      type: 'string',
      optional: true,
      maxLength: 255,
      pattern: '[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?',
    },
    splay: { about: 'start at a random moment, as configured', type: 'boolean', default: false },
    use_cached_catalog: { about: 'apply the catalogue of the last run again', type: 'boolean', optional: true },
    no_noop: { about: 'change things although the node is configured not to', type: 'boolean', optional: true },
    ignoreschedules: { about: 'heed no schedules', type: 'boolean', optional: true },
  },
  output: {
    message: { about: 'what came of it, in words', label: 'Status', type: 'string' },
    result: {
      about: '`changed`, `unchanged`, `would change` (dry run) or `skipped` (disabled); a run that failed is a failure',
      label: 'Result',
      type: 'string',
    },
    started: {
      about: 'whether this run was started for it, or one followed that was on',
      label: 'Started',
      type: 'boolean',
    },
    total: { about: 'resources of the catalogue', label: 'Total resources', type: 'integer' },
    changed: { about: 'those that were changed', label: 'Changed resources', type: 'integer' },
    failed: { about: 'those that failed', label: 'Failed resources', type: 'integer' },
    out_of_sync: { about: 'those that were not as they should be', label: 'Out of sync resources', type: 'integer' },
    skipped: { about: 'those that were left out', label: 'Skipped resources', type: 'integer' },
    seconds: { about: 'how long it took', label: 'Total time s', type: 'number' },
    config_version: { about: 'version of the configuration', label: 'Config version', type: 'string' },
    cached_catalog: {
      about: 'whether the catalogue came from the cache because no new one could be had',
      label: 'Cached catalogue',
      type: 'boolean',
    },
  },
  line: '{message}',
  aggregate: [
    { function: 'summary', output: 'result' },
    { function: 'sum', output: 'changed' },
    { function: 'distribution', output: 'seconds' },
  ],
  examples: [
    'puppet runonce -F environment=staging',
    'puppet runonce --noop -I atlas01',
    'puppet runonce tags=ssh,sudo -C webserver --batch 10',
  ],
};
