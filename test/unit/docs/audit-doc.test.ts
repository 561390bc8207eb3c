import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { openAuditTrail } from '../../../src/adapters/store/audit/open-audit-trail.ts';
import { AUDIT_EVENTS } from '../../../src/core/audit.ts';
import type { McoError } from '../../../src/core/errors.ts';
import { writeJsonText } from '../../../src/core/escape-text.ts';
import { splitWords } from '../../../src/language/split-words.ts';
import { agentConfigSchema } from '../../../src/main/agent-config.ts';
import { readAuditArgs } from '../../../src/main/audit/audit-args.ts';
import { auditSchema } from '../../../src/main/audit/audit-config.ts';
import { readPolicyArgs } from '../../../src/main/policy/policy-args.ts';

const text = readFileSync('docs/audit.md', 'utf8');

/** Nothing may go wrong on the way. */
function raise(problem: McoError): never {
  throw problem;
}

const namesIn = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([a-zA-Z]+)`/g)].map(([, name = '']) => name));

/** The first cells of the table under a heading row. */
function firstCells(heading: string): readonly string[] {
  const [, table = ''] = text.split(`\n${heading}\n`);
  const rows = table.split('\n\n', 1)[0]?.split('\n').slice(1) ?? [];
  return rows.map((row) => row.split('|')[1] ?? '');
}

const yamlBlocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
  ([, yaml = '']) => (parse(yaml) as { audit: unknown }).audit,
);

describe('docs/audit.md', () => {
  it('lists every event, and no other', () => {
    const told = new Set(namesIn(firstCells('| event | written by | when |')));
    assert.deepEqual([...told].sort(), [...AUDIT_EVENTS].sort());
  });

  it('lists every field of a record, and no other', () => {
    const [, record = ''] = readFileSync('src/core/audit.ts', 'utf8').split('export interface AuditRecord');
    const fields = [...record.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = '']) => name);
    assert.ok(fields.length > 20);
    const told = namesIn(firstCells('| field | |')).filter((name) => name !== 'seq' && name !== 'hash');
    assert.deepEqual(told.sort(), fields.filter((name) => name !== 'event').sort());
  });

  it('shows sections of bot and node that are valid', () => {
    const [bot, node, ...others] = yamlBlocks;
    assert.deepEqual(others, []);
    assert.ok(v.safeParse(auditSchema, bot).success);
    assert.ok(v.safeParse(agentConfigSchema.entries.audit, node).success);
  });

  it('says how the chain is checked', async () => {
    const rule =
      'Each hash is SHA-256 over the 32 bytes of the hash before it (zeros before the first) and the line without its `hash`';
    assert.ok(text.replaceAll('\n', ' ').includes(rule));
    const options = { path: ':memory:', by: 'bot:test', clock: { now: () => 0 }, onProblem: raise };
    const trail = await openAuditTrail(options);
    for (const reason of ['one', 'zw\u00f6lf', 'a "hash":"0"']) {
      await trail.append({ at: new Date(0).toISOString(), by: 'bot:test', event: 'refused', reason });
    }
    let before = Buffer.alloc(32);
    for await (const { seq, hash, record } of trail.read({})) {
      const line = writeJsonText({ seq, hash, ...record }, 0);
      const own = line.replace(`"hash":"${hash}",`, '');
      before = createHash('sha256').update(before).update(own).digest();
      assert.equal(before.toString('hex'), hash);
    }
    assert.equal((await trail.head()).seq, 3);
    await trail.close();
  });
});

describe('the commands in the documents', () => {
  for (const name of readdirSync('docs').filter((file) => file.endsWith('.md'))) {
    const lines = readFileSync(`docs/${name}`, 'utf8').split('\n');
    const typed = lines
      .map((line) => /^(?: {4})?mcobot ((?:audit|policy) .*?)(?: > \S+)?$/.exec(line)?.[1])
      .filter((command) => command !== undefined);
    if (typed.length === 0) continue;
    it(`are understood by mcobot in docs/${name}`, () => {
      for (const command of typed) {
        const [topic, ...args] = splitWords(command).map(({ text: word }) => word);
        const { command: read } = topic === 'audit' ? readAuditArgs(args) : readPolicyArgs(args);
        assert.notEqual(read, 'help', command);
      }
    });
  }
});
