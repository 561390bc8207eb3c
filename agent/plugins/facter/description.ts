import type { AgentDescription } from '../../../src/core/agent-description.ts';

const AGE = { about: 'how old this is, s', label: 'Age s', type: 'integer' } as const;
const FRESH = {
  about: 'ask facter now, whatever is remembered',
  type: 'boolean',
  default: false,
} as const;

export const FACTER_DESCRIPTION: AgentDescription = {
  agent: 'facter',
  version: '1.0.0',
  about: 'facts as facter tells them now, beside those of the files',
  actions: {
    get: {
      about: 'value of one fact',
      effect: 'read',
      timeoutMs: 60_000,
      input: {
        fact: {
          about: 'name of a fact, with dots for parts of it: `kernelrelease`, `os.release.major`',
          type: 'string',
          pattern: '[A-Za-z_][A-Za-z0-9_.:-]*',
        },
        fresh: FRESH,
      },
      output: {
        fact: { about: 'name of the fact', label: 'Fact', type: 'string' },
        value: { about: 'its value; null when there is no such fact', label: 'Value' },
        age: AGE,
      },
      words: ['fact'],
      line: '{fact} = {value}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'value' }],
      examples: ['facter get kernelrelease', 'facter get os.release.major fresh=true -C webserver'],
    },
    all: {
      about: 'all facts',
      effect: 'read',
      timeoutMs: 60_000,
      input: { fresh: FRESH },
      output: {
        facts: { about: 'facts by name', label: 'Facts', type: 'object' },
        count: { about: 'how many', label: 'Count', type: 'integer' },
        age: AGE,
      },
      display: 'always',
      examples: ['facter all -I web1', 'facter all --json -I web1'],
    },
    refresh: {
      about: 'asks facter again, for later questions',
      effect: 'read',
      timeoutMs: 60_000,
      input: {},
      output: {
        count: { about: 'facts', label: 'Facts', type: 'integer' },
        seconds: { about: 'how long facter took, s', label: 'Took s', type: 'number' },
      },
      line: '{count} facts in {seconds} s',
      display: 'always',
      aggregate: [{ function: 'distribution', output: 'seconds' }],
      examples: ['facter refresh -C webserver'],
    },
  },
};
