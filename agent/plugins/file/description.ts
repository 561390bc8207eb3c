import type { AgentDescription, InputField } from '../../../src/core/agent-description.ts';

const PATH: InputField = {
  about: 'absolute path, such as `/etc/hosts`',
  type: 'string',
  maxLength: 1000,
  pattern: '/[^\\x00-\\x1f\\x7f]*',
  isPath: true,
};

const MODE: InputField = {
  about: 'permissions as in chmod, such as `0640`',
  type: 'string',
  default: '0644',
  maxLength: 4,
  pattern: '0?[0-7]{3}',
};

const DID = {
  path: { about: 'the path', label: 'Path', type: 'string' },
  before: { about: 'what was there: `absent`, `file`, `directory`', label: 'Before', type: 'string' },
  after: { about: 'what is there now; in a dry run, what would be', label: 'After', type: 'string' },
} as const;

export const FILE_DESCRIPTION: AgentDescription = {
  agent: 'file',
  version: '1.0.0',
  about: 'files: state, checksum, last lines; creates and removes them where the node allows it',
  actions: {
    status: {
      about: 'what a path is, how large, whose, and how old; with a checksum when asked for',
      effect: 'read',
      timeoutMs: 30_000,
      input: {
        path: PATH,
        checksum: {
          about: '`sha256` or `md5` of a file',
          type: 'string',
          optional: true,
          oneOf: ['sha256', 'md5'],
        },
      },
      output: {
        path: { about: 'the path', label: 'Path', type: 'string' },
        type: { about: '`file`, `directory`, `link`, `other` or `absent`', label: 'Type', type: 'string' },
        size: { about: 'bytes', label: 'Size bytes', type: 'integer' },
        mode: { about: 'permissions, `0644`', label: 'Mode', type: 'string' },
        owner: { about: 'account it belongs to', label: 'Owner', type: 'string' },
        group: { about: 'group it belongs to', label: 'Group', type: 'string' },
        modified: { about: 'when its content changed last', label: 'Modified', type: 'string' },
        modified_age: { about: 'how long ago that was, s', label: 'Modified age s', type: 'integer' },
        changed: { about: 'when its state changed last', label: 'Changed', type: 'string' },
        changed_age: { about: 'how long ago that was, s', label: 'Changed age s', type: 'integer' },
        accessed: {
          about: 'when it was read last, as far as the system keeps that',
          label: 'Accessed',
          type: 'string',
        },
        accessed_age: { about: 'how long ago that was, s', label: 'Accessed age s', type: 'integer' },
        target: { about: 'where a link points to', label: 'Target', type: 'string' },
        checksum: { about: 'checksum, hexadecimal', label: 'Checksum', type: 'string' },
        detail: { about: 'this in words', label: 'Detail', type: 'string' },
      },
      words: ['path'],
      line: '{path}: {detail}',
      display: 'always',
      aggregate: [
        { function: 'summary', output: 'type' },
        { function: 'summary', output: 'checksum' },
      ],
      examples: ['file status /etc/hosts', 'file status /etc/ssh/sshd_config checksum=sha256 -C webserver'],
    },
    tail: {
      about: 'last lines of a file that the configuration of the node opens (`file: {tail: [...]}`)',
      effect: 'read',
      timeoutMs: 15_000,
      input: {
        path: PATH,
        lines: { about: 'how many lines', type: 'integer', default: 20, min: 1, max: 1000 },
      },
      output: {
        text: { about: 'the lines, 64 kB of them at most', label: 'Text', type: 'string' },
      },
      words: ['path', 'lines'],
      display: 'always',
      examples: ['file tail /var/log/syslog', 'file tail /var/log/nginx/error.log 50 -C webserver'],
    },
    create: {
      about: 'creates a file, where the configuration of the node allows it (`file: {write: [...]}`)',
      effect: 'write',
      dryRun: 'read',
      timeoutMs: 30_000,
      input: {
        path: PATH,
        content: { about: 'what stands in it; nothing by default', type: 'string', optional: true, maxLength: 65_536 },
        mode: MODE,
        replace: { about: 'put it in the place of a file that is there', type: 'boolean', default: false },
      },
      output: DID,
      words: ['path'],
      line: '{path}: {before} -> {after}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'after' }],
      examples: [
        'file create /var/spool/mco-test/maintenance -C webserver',
        'file create /var/spool/mco-test/motd content="closed until noon" mode=0644 replace=true -C webserver',
      ],
    },
    touch: {
      about: 'sets the times of a file to now, and creates it where it is missing; only where the node allows it',
      effect: 'write',
      dryRun: 'read',
      timeoutMs: 30_000,
      input: { path: PATH },
      output: DID,
      words: ['path'],
      line: '{path}: {before} -> {after}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'after' }],
      examples: ['file touch /var/spool/mco-test/maintenance -C webserver'],
    },
    remove: {
      about: 'removes a file, or an empty directory with `directory=true`; only where the node allows it',
      effect: 'write',
      dryRun: 'read',
      timeoutMs: 30_000,
      input: {
        path: PATH,
        directory: { about: 'remove a directory, which has to be empty', type: 'boolean', default: false },
      },
      output: DID,
      words: ['path'],
      line: '{path}: {before} -> {after}',
      display: 'always',
      aggregate: [{ function: 'summary', output: 'before' }],
      examples: ['file remove /var/spool/mco-test/maintenance -C webserver'],
    },
  },
};
