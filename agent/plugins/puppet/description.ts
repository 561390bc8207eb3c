import type { ActionDescription, AgentDescription, OutputField } from '../../../src/core/agent-description.ts';
import { RESOURCE, SET_RESOURCE } from './describe-resource.ts';
import { RUN_ONCE } from './describe-run.ts';

const STATE: Readonly<Record<string, OutputField>> = {
  state: {
    about: '`applying`, `hung`, `crashed`, `idling`, `stopped` or `disabled`',
    label: 'State',
    type: 'string',
  },
  enabled: { about: 'whether it may run', label: 'Enabled', type: 'boolean' },
  applying: { about: 'whether a run is on', label: 'Applying', type: 'boolean' },
  daemon_running: { about: 'whether the daemon is there', label: 'Daemon running', type: 'boolean' },
  disable_message: { about: 'why it is disabled; empty where it is not', label: 'Lock message', type: 'string' },
};

const LAST_RUN: Readonly<Record<string, OutputField>> = {
  result: {
    about: 'what the last run came to: `changed`, `unchanged`, `failed`, `never run` or `unknown`',
    label: 'Result',
    type: 'string',
  },
  last_run: {
    about: 'when the last run ended, seconds since 1970; left out where none ever was',
    label: 'Last run',
    type: 'integer',
  },
  since_last_run: { about: 'seconds since then; left out likewise', label: 'Since last run s', type: 'integer' },
};

const STALE: Readonly<Record<string, OutputField>> = {
  stale: { about: 'whether somebody should look after it', label: 'Stale', type: 'boolean' },
  reason: { about: 'why; empty where it is not stale', label: 'Reason', type: 'string' },
};

const MESSAGE: OutputField = { about: 'all of it in words', label: 'Status', type: 'string' };

const FIGURES: Readonly<Record<string, OutputField>> = {
  total_resources: { about: 'resources of the catalogue', label: 'Total resources', type: 'integer' },
  changed_resources: { about: 'those that were changed', label: 'Changed resources', type: 'integer' },
  failed_resources: { about: 'those that failed', label: 'Failed resources', type: 'integer' },
  out_of_sync_resources: {
    about: 'those that were not as they should be',
    label: 'Out of sync resources',
    type: 'integer',
  },
  skipped_resources: { about: 'those that were left out', label: 'Skipped resources', type: 'integer' },
  corrected_resources: {
    about: 'those that somebody else had changed, and Puppet changed back',
    label: 'Corrected resources',
    type: 'integer',
  },
  total_time: { about: 'how long it took, seconds', label: 'Total time s', type: 'number' },
  config_retrieval_time: { about: 'of that for the catalogue', label: 'Config retrieval time s', type: 'number' },
  config_version: { about: 'version of the configuration', label: 'Config version', type: 'string' },
  cached_catalog: {
    about: 'whether the catalogue came from the cache because no new one could be had',
    label: 'Cached catalogue',
    type: 'boolean',
  },
};

const STATUS: ActionDescription = {
  about: 'what Puppet is doing, and what its last run came to; told from its files, so it works while Puppet hangs',
  effect: 'read',
  timeoutMs: 30_000,
  input: {},
  output: { message: MESSAGE, ...STATE, ...LAST_RUN, ...STALE },
  line: '{message}',
  display: 'always',
  aggregate: [
    { function: 'summary', output: 'state' },
    { function: 'summary', output: 'result' },
    { function: 'summary', output: 'stale' },
  ],
  examples: ['puppet status', 'puppet status -C webserver'],
};

/** Puppet on a node. `count` and `summary` are `status` and `last_run` without the single nodes. */
export const PUPPET_DESCRIPTION: AgentDescription = {
  agent: 'puppet',
  version: '1.0.0',
  about: "the node's Puppet agent: its state, its runs and its resources",
  actions: {
    status: STATUS,
    count: {
      ...STATUS,
      about: 'how many are applying, idling, stopped, disabled, hung or crashed',
      display: 'failed',
      examples: ['puppet count'],
    },
    stale: {
      about:
        'fails where Puppet hangs, left its lock behind or has not run for too long, and says why; the others are not listed',
      effect: 'read',
      timeoutMs: 30_000,
      input: {},
      output: { message: MESSAGE, state: STATE.state as OutputField, ...STALE },
      line: '{message}',
      display: 'failed',
      examples: ['puppet stale', 'puppet stale -F customer=atlas'],
    },
    last_run: {
      about: 'the figures of the last run',
      effect: 'read',
      timeoutMs: 30_000,
      input: {},
      output: { message: MESSAGE, ...LAST_RUN, ...FIGURES },
      line: '{message}',
      display: 'always',
      aggregate: [
        { function: 'summary', output: 'result' },
        { function: 'distribution', output: 'total_time' },
        { function: 'distribution', output: 'since_last_run' },
        { function: 'distribution', output: 'total_resources' },
        { function: 'sum', output: 'changed_resources' },
        { function: 'sum', output: 'failed_resources' },
        { function: 'sum', output: 'out_of_sync_resources' },
      ],
      examples: ['puppet last_run', 'puppet last_run --nodes last'],
    },
    enable: {
      about: 'lets Puppet run again',
      effect: 'write',
      timeoutMs: 60_000,
      input: {},
      output: {
        message: { about: 'what came of it', label: 'Status', type: 'string' },
        enabled: { about: 'whether it may run now', label: 'Enabled', type: 'boolean' },
      },
      line: '{message}',
      aggregate: [{ function: 'summary', output: 'enabled' }],
      examples: ['puppet enable -C webserver'],
    },
    disable: {
      about: 'keeps Puppet from running; who disabled it first keeps the word: an earlier message stays',
      effect: 'write',
      timeoutMs: 60_000,
      input: {
        message: {
          about: 'why, on one line',
          type: 'string',
          optional: true,
          maxLength: 200,
          pattern: '[^\\x00-\\x1f\\x7f-][^\\x00-\\x1f\\x7f]*',
        },
      },
      output: {
        message: { about: 'what came of it, with the message that holds', label: 'Status', type: 'string' },
        enabled: { about: 'whether it may run now', label: 'Enabled', type: 'boolean' },
        disable_message: { about: 'the message that holds', label: 'Lock message', type: 'string' },
      },
      words: ['message'],
      line: '{message}',
      aggregate: [
        { function: 'summary', output: 'enabled' },
        { function: 'summary', output: 'disable_message' },
      ],
      examples: ['puppet disable "kernel update until Friday" -C webserver'],
    },
    runonce: RUN_ONCE,
    resource: RESOURCE,
    set_resource: SET_RESOURCE,
  },
};
