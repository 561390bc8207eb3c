import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coversPath, isNormalisedPath } from '../../../../src/core/host/path-glob.ts';

for (const [glob, path, expected] of [
  ['/srv/flags/*', '/srv/flags/a', true],
  ['/srv/flags/*', '/srv/flags/a/b', false],
  ['/srv/flags/*', '/srv/flags', false],
  ['/srv/flags/*', '/srv/flagsx/a', false],
  ['/srv/*/on', '/srv/web/on', true],
  ['/srv/**', '/srv/a/b/c', true],
  ['/srv/**', '/srv', true],
  ['/srv/**', '/srvx/a', false],
  ['/srv/**/on', '/srv/a/b/on', true],
  ['/srv/**/on', '/srv/on', true],
  ['/srv/**/on', '/srv/a/on/off', false],
  ['/srv/**/x/**/on', '/srv/a/x/b/x/c/on', true],
  ['/srv/**/x/**/on', '/srv/a/y/on', false],
  ['/srv/*.log', '/srv/a.log', true],
  ['/srv/*.log', '/srv/.log', true],
  ['/srv/a*b*c', '/srv/axxbxxc', true],
  ['/srv/a*b*c', '/srv/axxc', false],
  ['/srv/*', '/srv/..', false],
  ['/srv/**', '/srv/../etc/shadow', false],
  ['/srv/**', '/srv//x', false],
  ['/srv/**', '/srv/x/', false],
  ['**', 'srv/x', false],
  ['*', '/srv', false],
  ['/srv/[ab]', '/srv/a', false],
] as const) {
  test(`\`${glob}\` ${expected ? 'covers' : 'does not cover'} ${path}`, () => {
    assert.equal(coversPath([glob], path), expected);
  });
}

test('no glob covers nothing', () => {
  assert.equal(coversPath([], '/srv/a'), false);
});

test('many stars take little time', () => {
  const path = `/${'a/'.repeat(400)}b`;
  assert.equal(coversPath([`/${'**/a*a*/'.repeat(50)}c`], path), false);
});

test('a normalised path says where it leads', () => {
  assert.equal(isNormalisedPath('/a/b..c/...'), true);
  for (const path of ['/', '', 'a', '/a/', '/a/./b', '/a/..', '//a', '/a\0'])
    assert.equal(isNormalisedPath(path), false);
});
