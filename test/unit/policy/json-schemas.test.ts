import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { checkJsonSchema } from './check-json-schema.ts';
import { makeJsonSchemas } from './json-schemas.ts';

const update = process.env.UPDATE_GOLDEN === '1';
const read = (path: string): string => readFileSync(path, 'utf8');
const schemaIn = (dir: string) => JSON.parse(read(join(dir, 'policy.schema.json')));

const SHIPPED = ['policies', 'policies/node'].flatMap((dir) =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(dir, name)),
);

describe('the schemas for editors', () => {
  for (const [path, made] of makeJsonSchemas()) {
    it(`are made of those that the programs read policies with: ${path} (UPDATE_GOLDEN=1 writes it)`, () => {
      if (update) writeFileSync(path, made);
      assert.equal(read(path), made);
    });

    it(`explain every key and name no key twice: ${path}`, () => {
      const unexplained: string[] = [];
      const walk = (schema: Record<string, unknown>, at: string): void => {
        for (const [key, inner] of Object.entries((schema.properties ?? {}) as Record<string, typeof schema>)) {
          if (inner.description === undefined) unexplained.push(`${at}${key}`);
          walk(inner, `${at}${key}.`);
        }
        for (const inner of [schema.items, schema.additionalProperties]) {
          if (typeof inner === 'object' && inner !== null) walk(inner as typeof schema, at);
        }
      };
      walk(JSON.parse(made), '');
      assert.deepEqual(unexplained, []);
    });
  }

  it('have no pattern that only one kind of engine can read', () => {
    for (const [path, made] of makeJsonSchemas()) {
      const patterns = [...made.matchAll(/"pattern": (".*")/g)].map(([, text = '']) => JSON.parse(text) as string);
      assert.ok(patterns.length > 10);
      for (const pattern of patterns) assert.doesNotMatch(pattern, /\\[^dx/.*]/, `${path}: ${pattern}`);
      assert.match(made, /^[\n -~]*$/, 'plain ASCII: nothing that can not be seen');
    }
  });

  it('are named by the first line of each policy file', () => {
    assert.equal(SHIPPED.length, 6);
    for (const path of SHIPPED) {
      const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? [];
      assert.equal(relative(dirname(path), join(dirname(path), named)), 'policy.schema.json', path);
    }
  });

  for (const path of SHIPPED) {
    it(`accept ${path}`, () => {
      assert.deepEqual(checkJsonSchema(schemaIn(dirname(path)), parse(read(path))), []);
    });
  }

  it('refuse what the programs refuse', () => {
    const rule = (fields: object) => ({ roles: { a: { allow: [{ actions: ['*'], effect: 'read', ...fields }] } } });
    for (const [file, problem] of [
      [rule({ max_node: 1 }), '$.roles.a.allow.0.max_node: additionalProperties'],
      [rule({ max_nodes: 0 }), '$.roles.a.allow.0.max_nodes: minimum'],
      [rule({ max_nodes: 1.5 }), '$.roles.a.allow.0.max_nodes: type'],
      [rule({ effect: 'wirte' }), '$.roles.a.allow.0.effect: enum'],
      [rule({ inputs: {} }), '$.roles.a.allow.0.inputs: minProperties'],
      [rule({ inputs: { Package: ['x'] } }), '$.roles.a.allow.0.inputs: propertyNames'],
      [rule({ inputs: { package: ['a\nb'] } }), '$.roles.a.allow.0.inputs.package.0: pattern'],
      [rule({ approval: { count: 1 } }), '$.roles.a.allow.0.approval: required'],
      [rule({ approval: { from: 'g', expires: 'soon' } }), '$.roles.a.allow.0.approval.expires: pattern'],
      [rule({ inputs: { package: ['a\u202eb'] } }), '$.roles.a.allow.0.inputs.package.0: pattern'],
      [rule({ actions: ['package'] }), '$.roles.a.allow.0.actions.0: pattern'],
      [rule({ actions: ['*', 'a.b.c'] }), '$.roles.a.allow.0.actions.1: pattern'],
      [{ deny: [{ actions: ['Shell.*'], who: ['everyone'] }] }, '$.deny.0.actions.0: pattern'],
      [{ deny: [{ actions: ['*'], who: ['everyone'], in: ['slack:T024BE7LD'] }] }, '$.deny.0.in.0: pattern'],
      [{ bindings: [{ role: 'a', who: ['everyone'], in: ['console', 'consol'] }] }, '$.bindings.0.in.1: pattern'],
      [{ people: { Ana: {} } }, '$.people: propertyNames'],
      [{ deny: [{ actions: ['*'], who: ['everyone'], effect: 'read' }] }, '$.deny.0.effect: enum'],
    ] as const) {
      assert.deepEqual(checkJsonSchema(schemaIn('policies'), file), [problem]);
    }
    assert.deepEqual(checkJsonSchema(schemaIn('policies/node'), {}), ['$: required']);
  });
});
