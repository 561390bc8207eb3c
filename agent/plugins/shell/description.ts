import type { AgentDescription, InputField } from '../../../src/core/agent-description.ts';

const INPUT = {
  command: {
    about: 'program and its arguments, quoted as in a shell; nothing is expanded',
    type: 'string',
    maxLength: 4000,
  },
  shell: {
    about: 'name of a shell of the node that is to run it, such as `sh`',
    type: 'string',
    optional: true,
    maxLength: 64,
    pattern: '[a-z][a-z0-9_]*',
  },
  directory: {
    about: 'directory to run in, an absolute path',
    type: 'string',
    optional: true,
    maxLength: 1000,
    pattern: '/[^\\x00-\\x1f\\x7f]*',
    isPath: true,
  },
} as const satisfies Record<string, InputField>;

const OUTPUT = {
  exitcode: { about: 'exit code, which is 0 where it went well', label: 'Exit code', type: 'integer' },
  stdout: { about: 'what it wrote; of much the beginning and the end', label: 'Output', type: 'string' },
  stderr: {
    about: 'what it wrote as errors, if anything; of much the beginning and the end',
    label: 'Errors',
    type: 'string',
  },
  truncated: {
    about: 'true where the node left out the middle of it, which no answer has: `job tail RUN` has the rest',
    label: 'Cut by the node',
    type: 'boolean',
  },
} as const;

/** Only where the configuration has a section `shell`. */
export const SHELL_DESCRIPTION: AgentDescription = {
  agent: 'shell',
  version: '1.0.0',
  about:
    'any program, where node and policy name this agent; `job show`, `job tail` and `job kill` look after what it started',
  actions: {
    run: {
      about: 'runs a program to its end; after its time it goes on as a job',
      effect: 'write',
      isJob: true,
      timeoutMs: 60_000,
      input: INPUT,
      output: OUTPUT,
      words: ['command'],
      display: 'always',
      aggregate: [{ function: 'summary', output: 'exitcode' }],
      examples: ['shell run "uname -a" -C webserver', 'shell run "df -h | tail -n +2" shell=sh -I web1'],
    },
    start: {
      about: 'starts a program and answers at once; `job watch RUN` follows it, `job kill RUN` ends it',
      effect: 'write',
      isJob: true,
      timeoutMs: 30_000,
      input: INPUT,
      output: { ...OUTPUT, job: { about: 'id of the job', label: 'Job', type: 'string' } },
      words: ['command'],
      display: 'always',
      examples: ['shell start "/usr/local/sbin/rebuild-index --all" -C search'],
    },
  },
};
