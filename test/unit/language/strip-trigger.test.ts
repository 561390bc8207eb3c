import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripTrigger } from '../../../src/language/strip-trigger.ts';

describe('stripTrigger', () => {
  for (const typed of [
    '/mco ping',
    '@mco ping',
    'mco ping',
    '  /mco   ping ',
    '@mco: ping',
    'mco, ping',
    '/MCO ping',
    '@mco:ping',
    '@mco; ping',
    '@mco. ping',
    '@mco?! ping',
    '@mco /mco ping',
    '@mco: mco, ping',
    '@mco Ping',
    'Ping',
    '/mco PING',
    'ping',
  ]) {
    it(`finds the command in \`${typed}\``, () => assert.equal(stripTrigger(typed), 'ping'));
  }

  it('leaves capitals where they may mean something', () => {
    assert.equal(stripTrigger('/mco -F Foo=Bar ping'), '-F Foo=Bar ping');
    assert.equal(stripTrigger('/mco Package status X'), 'package status X');
  });
  it('leaves nothing of a bare trigger', () => assert.equal(stripTrigger('/mco'), ''));
  it('strips one trigger only', () => assert.equal(stripTrigger('/mco mco'), 'mco'));
  it('keeps a word that merely begins like it', () =>
    assert.equal(stripTrigger('/mcollective ping'), '/mcollective ping'));
  it('keeps what only looks like it with a dot', () => assert.equal(stripTrigger('@mco.bot ping'), '@mco.bot ping'));
  it('takes a name with dots and dashes', () => assert.equal(stripTrigger('@mco.bot-2: ping', ['mco.bot-2']), 'ping'));
  it('knows the names it is given', () => assert.equal(stripTrigger('@U0BOT ping', ['mco', 'U0BOT']), 'ping'));
  it('does not listen to the name of somebody else', () =>
    assert.equal(stripTrigger('@U1 ping', ['mco', 'U0BOT']), '@U1 ping'));
});
