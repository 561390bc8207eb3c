import type { AgentDescription } from '../../../src/core/agent-description.ts';

export const PROCESS_DESCRIPTION: AgentDescription = {
  agent: 'process',
  version: '1.0.0',
  about: 'processes: what runs, with its memory and time, and what is stuck',
  actions: {
    list: {
      about: 'processes by name, the largest first, and how much memory they take together',
      effect: 'read',
      timeoutMs: 15_000,
      input: {
        pattern: {
          about: 'what the name holds; with `args=true` the whole command',
          type: 'string',
          isPattern: true,
          optional: true,
        },
        user: {
          about: 'only those of this account',
          type: 'string',
          optional: true,
          maxLength: 64,
          pattern: '[A-Za-z0-9_][A-Za-z0-9_.@\\\\-]*\\$?',
        },
        sort: {
          about: 'what comes first: most `memory`, most `cpu`, or highest `age`',
          type: 'string',
          default: 'memory',
          oneOf: ['memory', 'cpu', 'age'],
        },
        limit: { about: 'how many are listed', type: 'integer', default: 30, min: 1, max: 500 },
        args: {
          about: 'show arguments too; they may hold passwords',
          type: 'boolean',
          default: false,
        },
      },
      output: {
        count: { about: 'processes that match, listed or not', label: 'Processes', type: 'integer' },
        memory: { about: 'their resident memory together, kB', label: 'Memory kB', type: 'integer' },
        processes: {
          about: 'each: pid, ppid, user, state, memory_kb (resident), cpu (%), age_s, command',
          label: 'List',
          type: 'list',
          units: { memory_kb: 'kibibytes', age_s: 'seconds' },
        },
        note: { about: 'what could not be told', label: 'Note', type: 'string' },
      },
      words: ['pattern'],
      display: 'always',
      aggregate: [
        { function: 'sum', output: 'count' },
        { function: 'distribution', output: 'memory' },
      ],
      examples: [
        'process list nginx',
        'process list user=www-data sort=cpu limit=5',
        'process list java args=true -C db',
      ],
    },
    stuck: {
      about: 'processes in uninterruptible sleep, which nothing ends: often a file server that went away',
      effect: 'read',
      timeoutMs: 15_000,
      input: {
        seconds: {
          about: 'for how long they are watched, so that one that only waits for its disk does not count',
          type: 'number',
          default: 1,
          min: 0,
          max: 10,
        },
      },
      output: {
        count: { about: 'stuck processes', label: 'Stuck', type: 'integer' },
        abandoned: {
          about: "of the agent's own programs, given up and still there",
          label: 'Abandoned',
          type: 'integer',
        },
        processes: {
          about: 'each: pid, ppid, user, age_s, wchan (where in the kernel it waits), command',
          label: 'List',
          type: 'list',
          units: { age_s: 'seconds' },
        },
      },
      display: 'always',
      aggregate: [{ function: 'summary', output: 'count' }],
      examples: ['process stuck', 'process stuck seconds=5 -C nfs_client'],
    },
  },
};
