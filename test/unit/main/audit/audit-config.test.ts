import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { readCheckedYaml } from '../../../../src/core/checked-yaml.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import { auditSchema, locateTrail, requireOwnFiles } from '../../../../src/main/audit/audit-config.ts';

const schema = v.strictObject({ audit: auditSchema });
const read = (text: string) => readCheckedYaml(schema, text, 'mcobot.yaml').value.audit;

test('without a word there is a trail with checkpoints next to it', () => {
  for (const text of ['', 'audit: {}']) {
    const audit = read(text);
    assert.deepEqual(audit, { trail: '/var/lib/mcobot/audit.db', checkpoint_minutes: 10, old_keys: [] });
    assert.deepEqual(
      locateTrail(audit, (path) => path),
      { path: '/var/lib/mcobot/audit.db', checkpointsPath: '/var/lib/mcobot/audit-checkpoints.jsonl' },
    );
  }
});

test('everything can be set, and paths begin at the configuration', () => {
  const audit = read(`audit:
  trail: a/trail.db
  checkpoints: b/kept.jsonl
  checkpoint_minutes: 60
  old_keys: ["SHA256:${'a'.repeat(43)}"]
  file: audit.jsonl
  syslog: { host: logs.example.org, protocol: tcp }
  channel: slack:T024BE7LD/C0AUDIT`);
  assert.deepEqual(audit.syslog, { host: 'logs.example.org', port: 514, protocol: 'tcp' });
  assert.deepEqual(
    locateTrail(audit, (path) => `/etc/mcobot/${path}`),
    { path: '/etc/mcobot/a/trail.db', checkpointsPath: '/etc/mcobot/b/kept.jsonl' },
  );
});

test('what is wrong is told with its line and what to write', () => {
  const cases: [string, RegExp, RegExp?][] = [
    ['audit: /var/log/mcobot/audit.jsonl', /mcobot.yaml:1: `audit`: .*write `audit: \{ trail: .*, file: PATH \}`/],
    ['audit:\n  trial: x', /mcobot.yaml:2: unknown key `trial`/, /did you mean `trail`/],
    ['audit:\n  checkpoint_minutes: 0', /mcobot.yaml:2: `audit.checkpoint_minutes`: must be 1 to 1440$/],
    ['audit:\n  checkpoint_minutes: 2.5', /: must be 1 to 1440$/],
    ['audit:\n  old_keys: x', /`audit.old_keys`: a list is expected$/],
    ['audit:\n  trail: 7', /`audit.trail`: text is expected$/],
    ['audit:\n  syslog: { port: 514 }', /`audit.syslog.host` is missing/],
    ['audit:\n  syslog: { host: a, protocol: tls }', /`audit.syslog.protocol`: must be `udp` or `tcp`$/],
    ['audit:\n  channel: C0AUDIT', /is not a channel such as slack:T024BE7LD\/C0AUDIT/],
    ['audit:\n  old_keys: [abc]', /is not a fingerprint/],
  ];
  for (const [text, message, hint = /^/] of cases) {
    assert.throws(
      () => read(text),
      (error: McoError) =>
        error.code === 'usage/bad-file' && message.test(error.message) && hint.test(error.hint ?? ''),
      text,
    );
  }
});

test('two files of the bot that are one are refused, by whatever way they are named', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mco-own-files-'));
  symlinkSync(directory, join(directory, 'link'));
  const check = (text: string, store = 'mcobot.db') =>
    requireOwnFiles({ audit: read(text), store }, (path) => resolve(directory, path));
  try {
    check('audit: { trail: audit.db, file: audit.jsonl }');
    for (const [text, settings, store] of [
      ['audit: { trail: a.db, file: a.db }', '`audit.trail` and `audit.file`'],
      ['audit: { trail: a.db, checkpoints: ./link/a.db }', '`audit.trail` and `audit.checkpoints`'],
      ['audit: { trail: a.db, file: link/audit-checkpoints.jsonl }', '`audit.checkpoints` and `audit.file`'],
      ['audit: { trail: a.db }', '`audit.trail` and `store`', 'link/../a.db'],
    ] as const) {
      assert.throws(
        () => check(text, store),
        (error: McoError) =>
          error.code === 'usage/bad-file' && error.message.startsWith(`${settings} are one file: ${directory}/`),
        text,
      );
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
