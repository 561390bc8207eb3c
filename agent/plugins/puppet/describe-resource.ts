import type { ActionDescription, InputField, OutputField } from '../../../src/core/agent-description.ts';

const TYPE: InputField = {
  about: 'type of resource, such as `service` or `user`',
  type: 'string',
  maxLength: 64,
  pattern: '[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*',
};

/** No leading dash, so it is no option; no equals sign, so it is no property; no line breaks. */
const NAME: InputField = {
  about: 'name of the resource, such as `sshd` or `/etc/motd`',
  type: 'string',
  maxLength: 256,
  pattern: '[^\\x00-\\x1f\\x7f=-][^\\x00-\\x1f\\x7f=]*',
};

const PROPERTY = '[a-z][a-z0-9_]*=(?:"[^"\\x00-\\x1f\\x7f]*"|[^"\\x00-\\x20\\x7f]+)';

const PROPERTIES: OutputField = {
  about: 'its properties as `puppet resource` has them',
  label: 'Properties',
  type: 'object',
};

/** `puppet resource TYPE NAME`. */
export const RESOURCE: ActionDescription = {
  about: "a resource as it is on the node now; the node's configuration may limit the types",
  effect: 'read',
  timeoutMs: 60_000,
  input: { type: TYPE, name: NAME },
  output: {
    resource: { about: 'type and name', label: 'Resource', type: 'string' },
    ensure: {
      about: 'whether or how it is there; empty where the type has no such property',
      label: 'Ensure',
      type: 'string',
    },
    properties: PROPERTIES,
  },
  words: ['type', 'name'],
  display: 'always',
  aggregate: [{ function: 'summary', output: 'ensure' }],
  examples: ['puppet resource service sshd', 'puppet resource user root -C webserver'],
};

/** `puppet resource TYPE NAME KEY=VALUE...`. */
export const SET_RESOURCE: ActionDescription = {
  about:
    "changes a resource on the node; only types that the node's configuration lists, and nothing that Puppet manages there",
  effect: 'write',
  dryRun: 'write',
  isJob: true,
  timeoutMs: 300_000,
  input: {
    type: TYPE,
    name: NAME,
    properties: {
      about: 'what it shall be, `ensure=running enable=true`; a value with blanks in double quotes',
      type: 'string',
      maxLength: 1024,
      pattern: `${PROPERTY}(?: +${PROPERTY})*`,
    },
  },
  output: {
    resource: { about: 'type and name', label: 'Resource', type: 'string' },
    ensure: { about: 'whether or how it is there now', label: 'Ensure', type: 'string' },
    changed: { about: 'whether anything was changed', label: 'Changed', type: 'boolean' },
    messages: { about: "Puppet's own words on each change", label: 'Messages', type: 'list' },
    properties: PROPERTIES,
  },
  words: ['type', 'name', 'properties'],
  line: '{resource}: {ensure} ({messages})',
  display: 'always',
  aggregate: [{ function: 'summary', output: 'changed' }],
  examples: ['puppet set_resource service sshd properties="ensure=running enable=true" -I atlas01'],
};
