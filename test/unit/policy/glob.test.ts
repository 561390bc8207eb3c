import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from '../../../src/core/match-glob.ts';
import { allowsName, isActionGlob, matchesAny } from '../../../src/policy/glob.ts';

describe('matchesGlob', () => {
  it('matches the whole text, with a star for anything', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (glob, candidate) => {
        const pattern = glob.replaceAll('.', '\\.').replaceAll('*', '.*');
        assert.equal(
          matchesGlob(glob, candidate),
          new RegExp(`^${pattern}$`).test(candidate),
          `${glob} on ${candidate}`,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('takes no character but the star for special', () => {
    for (const glob of ['a?', 'a.', '[ab]', 'a|b', '{a,b}', '^a', 'a$', '\\a'])
      assert.equal(matchesGlob(glob, 'ab'), false);
  });

  it('does not let one letter end one piece and begin the next', () => {
    assert.equal(matchesGlob('ab*ba', 'aba'), false);
    assert.equal(matchesGlob('*ab*ba', 'aba'), false);
    assert.equal(matchesGlob('ab*ba', 'abba'), true);
  });
});

describe('allowsName', () => {
  it("gives the bot's own doings and a shell only to globs that name them", () => {
    for (const name of ['shell.run', 'shell.start', 'mcobot.audit']) {
      const [agent = '', action = ''] = name.split('.');
      for (const glob of ['*', '*.*', `*.${action}`, `${agent}*`, `${agent.slice(0, 3)}*.${action}`, `*${agent}.*`]) {
        assert.equal(allowsName([glob], name), false, glob);
        assert.ok(matchesAny([glob], name), `a denial of ${glob} includes it`);
      }
      for (const glob of [name, `${agent}.*`, `${agent}.${action.slice(0, 2)}*`])
        assert.ok(allowsName([glob], name), glob);
      assert.ok(allowsName(['*', name], name));
    }
  });

  it('gives everything else to any glob that matches', () => {
    for (const name of ['shells.run', 'myshell.run', 'package.update']) assert.ok(allowsName(['*'], name), name);
  });
});

describe('isActionGlob', () => {
  it('accepts what can match an action, and nothing else', () => {
    for (const glob of ['*', 'package.*', '*.status', 'p*', 'package.update', 'a_1.b_2'])
      assert.ok(isActionGlob(glob), glob);
    for (const glob of ['', 'package', '.', 'a.', '.b', 'a.b.c', 'A.b', 'a b', 'a.b\n', 'a-b.c', 'a?.b']) {
      assert.equal(isActionGlob(glob), false, glob);
    }
  });
});
