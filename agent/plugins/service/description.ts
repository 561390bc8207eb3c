import type { ActionDescription, AgentDescription, InputField } from '../../../src/core/agent-description.ts';

const SERVICE: InputField = {
  about: 'name of a service, such as `ssh` or `getty@tty1`',
  type: 'string',
  maxLength: 200,
  pattern: '[A-Za-z0-9_][A-Za-z0-9:_.@\\\\-]*',
};

const ENABLED = {
  about: 'whether it starts with the machine: true, false, or `unknown` where that is not for it to say',
  label: 'Enabled',
};

const DETAIL = { about: "the service manager's own words", label: 'Detail', type: 'string' } as const;

/** The actions that change a service differ in their words alone. */
function describeChange(verb: string, about: string): ActionDescription {
  const isAboutBoot = verb === 'enable' || verb === 'disable';
  return {
    about,
    effect: 'write',
    dryRun: 'read',
    timeoutMs: 60_000,
    input: { service: SERVICE },
    output: {
      service: { about: 'name of the service', label: 'Service', type: 'string' },
      before: { about: '`running`, `stopped`, `failed` or `unknown`', label: 'Before', type: 'string' },
      after: {
        about: 'the same, a second after the change; of a dry run, what it would be',
        label: 'After',
        type: 'string',
      },
      enabled: ENABLED,
      changed: {
        about: 'whether that changed anything; in a dry run whether it would',
        label: 'Changed',
        type: 'boolean',
      },
      detail: DETAIL,
    },
    words: ['service'],
    line: isAboutBoot
      ? '{service}: starts at boot: {enabled}, now {detail}'
      : '{service}: {before} -> {after} ({detail})',
    display: 'failed',
    aggregate: [
      { function: 'summary', output: isAboutBoot ? 'enabled' : 'after' },
      { function: 'summary', output: 'changed' },
    ],
    examples: [`service ${verb} nginx -C webserver`, `service ${verb} nginx -C webserver --noop`],
  };
}

export const SERVICE_DESCRIPTION: AgentDescription = {
  agent: 'service',
  version: '1.0.0',
  about: 'services of the operating system',
  actions: {
    status: {
      about: 'whether a service runs',
      effect: 'read',
      timeoutMs: 10_000,
      input: { service: SERVICE },
      output: {
        service: { about: 'name of the service', label: 'Service', type: 'string' },
        state: { about: '`running`, `stopped`, `failed` or `unknown`', label: 'State', type: 'string' },
        enabled: ENABLED,
        detail: DETAIL,
      },
      words: ['service'],
      line: '{service}: {state} ({detail})',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'state' }],
      examples: ['service status ssh'],
    },
    start: describeChange('start', 'starts a service; one that runs is left alone'),
    stop: describeChange('stop', 'stops a service'),
    restart: describeChange('restart', 'stops a service where it runs, and starts it'),
    reload: describeChange('reload', 'has a running service read its configuration again'),
    enable: describeChange('enable', 'has a service come up with the machine from now on'),
    disable: describeChange('disable', 'keeps a service from starting with the machine'),
  },
};
