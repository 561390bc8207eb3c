import type { AgentDescription } from '../../../src/core/agent-description.ts';

export const SERVICE_DESCRIPTION: AgentDescription = {
  agent: 'service',
  version: '1.0.0',
  about: 'services of the operating system',
  actions: {
    status: {
      about: 'whether a service runs',
      effect: 'read',
      timeoutMs: 10_000,
      input: {
        service: {
          about: 'name of a service, such as `ssh` or `getty@tty1`',
          type: 'string',
          maxLength: 200,
          pattern: '[A-Za-z0-9_][A-Za-z0-9:_.@\\\\-]*',
        },
      },
      output: {
        service: { about: 'name of the service', label: 'Service' },
        state: { about: '`running`, `stopped`, `failed` or `unknown`', label: 'State' },
        detail: { about: "the service manager's own words", label: 'Detail' },
      },
      words: ['service'],
      line: '{service}: {state} ({detail})',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'state' }],
      examples: ['service status ssh'],
    },
  },
};
