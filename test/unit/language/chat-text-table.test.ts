import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatCommand } from '../../../src/language/format-command.ts';
import { normaliseChatText } from '../../../src/language/normalise-text.ts';
import { parseCommandLine } from '../../../src/language/parse-command-line.ts';
import { stripTrigger } from '../../../src/language/strip-trigger.ts';
import { anyCommand } from './arbitrary-command.ts';
import { CHAT_TEXTS } from './chat-texts.ts';

/** The bot answers to its name, and on Slack to its user id. */
const NAMES = ['mco', 'U0BOT'];

const canonicalOf = (sent: string): string => parseCommandLine(stripTrigger(normaliseChatText(sent), NAMES)).canonical;

describe('what a chat makes of a command is undone', () => {
  for (const [platform, typed, sent, canonical] of CHAT_TEXTS) {
    it(`${platform}: ${JSON.stringify(typed)} sent as ${JSON.stringify(sent)}`, () =>
      assert.equal(canonicalOf(sent), canonical));
  }

  it('in at least sixty cases, of both platforms', () => {
    assert.ok(CHAT_TEXTS.length >= 60);
    for (const name of ['Slack', 'Mattermost'])
      assert.ok(CHAT_TEXTS.filter(([platform]) => platform === name).length >= 30, name);
  });

  it('to a command that comes out the same when it is sent again', () => {
    for (const [platform, , , canonical] of CHAT_TEXTS) {
      const sent = platform === 'Slack' ? escapeAsSlack(canonical) : canonical;
      assert.equal(canonicalOf(sent), canonical);
    }
  });
});

/** The three characters that Slack escapes in every text. */
const escapeAsSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** No command's name begins with a mark of formatting. */
const named = anyCommand.map((command) => ({ ...command, words: ['name', ...command.words] }));

describe('a canonical command, sent to a chat', () => {
  it('means the same, whatever it is, if it has only straight quotes', () => {
    fc.assert(
      fc.property(named.map(formatCommand), fc.boolean(), (canonical, isSlack) => {
        fc.pre(!/[“”]/.test(canonical) && (isSlack || !canonical.includes('&')));
        assert.equal(canonicalOf(isSlack ? escapeAsSlack(canonical) : canonical), canonical);
      }),
    );
  });
});

describe('undoing it twice', () => {
  it('changes nothing more where there are no entities and links', () => {
    const piece = fc.oneof(
      fc.stringMatching(/^[a-z0-9=.-]{1,6}$/),
      fc.constantFrom(...Array.from('"\'“”„‘’«»‹› —–−‑-…\\*_~`＂＇－ｐ\n\t\u00A0\u200B\u3000')),
      fc.constantFrom(' —', ' ––', ' -—', '/mco ', '@mco: ', ' --batch–', '```'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const once = normaliseChatText(pieces.join(''));
        assert.equal(normaliseChatText(once), once);
      }),
      { numRuns: 2000 },
    );
  });

  it('is not done with entities, which may have been typed', () => {
    assert.equal(normaliseChatText('rpc x y a=&amp;gt;'), 'rpc x y a=&gt;');
  });
});
