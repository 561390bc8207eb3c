import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { packageSection, resolvePackageConfig } from '../../../src/main/package-config.ts';

const read = (section: unknown) =>
  resolvePackageConfig(v.parse(packageSection, section), (path) => (path.startsWith('/') ? path : `/etc/mco/${path}`));

test('nothing has to be said', () => {
  assert.deepEqual(read({}), { manager: undefined, environment: {}, root: undefined, config: undefined });
});

test('paths start at the configuration', () => {
  const { root, config, manager } = read({ manager: 'dnf', root: '/r', config: 'dnf.conf' });
  assert.deepEqual([root, config, manager], ['/r', '/etc/mco/dnf.conf', 'dnf']);
});

test('variables are names and single lines', () => {
  assert.deepEqual(read({ environment: { http_proxy: 'http://p:1' } }).environment, { http_proxy: 'http://p:1' });
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`A${i}`, '']));
  for (const environment of [{ 'A=B': 'x' }, { A: 'x\ny' }, { A: 1 }, { '1A': '' }, many]) {
    assert.throws(() => read({ environment }), v.ValiError);
  }
});

test('unknown managers and keys are refused', () => {
  assert.throws(() => read({ manager: 'zypper' }), v.ValiError);
  assert.throws(() => read({ manger: 'apt' }), v.ValiError);
});
