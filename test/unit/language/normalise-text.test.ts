import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { normaliseChatText } from '../../../src/language/normalise-text.ts';

/** What each thing a chat does to text becomes: [name, as it arrives, as it was meant]. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['plain text', 'package status bash', 'package status bash'],
  ['blanks at the ends', '  ping \n', 'ping'],
  // Quotes
  ['curly double quotes', 'find -S “a=b and c”', 'find -S "a=b and c"'],
  ['curly single quotes', 'find -S ‘a=b and c’', "find -S 'a=b and c'"],
  ['German double quotes', 'find -S „a=b“', 'find -S "a=b"'],
  ['low single quotes', 'find -S ‚a=b‘', "find -S 'a=b'"],
  ['singles inside doubles', 'find -S “a=‘b c’”', 'find -S "a=\'b c\'"'],
  ['doubles inside singles', 'find -S ‘a=“b c”’', 'find -S \'a="b c"\''],
  ['straight inside curly', "find -S “package('libc6').version < 2”", 'find -S "package(\'libc6\').version < 2"'],
  ['curly singles inside straight doubles', 'find -S "a=‘b c’"', 'find -S "a=\'b c\'"'],
  ['a curly apostrophe inside straight singles', "rpc x y m='it’s'", "rpc x y m='it’s'"],
  ['an apostrophe inside curly doubles', 'rpc x y m=“it’s”', 'rpc x y m="it\'s"'],
  ['opened straight, closed curly', 'find -S "a=b”', 'find -S "a=b"'],
  ['opened curly, closed straight', 'find -S “a=b"', 'find -S "a=b"'],
  ['curly doubles inside closed straight doubles', 'rpc x y m="say “hi”"', 'rpc x y m="say “hi”"'],
  ['two quoted words', '-S “a” -S “b”', '-S "a" -S "b"'],
  ['an escaped curly quote', 'rpc x y m=\\“', 'rpc x y m=\\"'],
  ['an escaped straight quote stays escaped', 'rpc x y "m=\\"a\\""', 'rpc x y "m=\\"a\\""'],
  // Dashes
  ['an em dash at the start of a word', 'ping —limit 5', 'ping --limit 5'],
  ['an en dash at the start of a word', 'ping –limit 5', 'ping --limit 5'],
  ['an en dash before a letter option', 'ping –C webserver', 'ping -C webserver'],
  ['an em dash before a letter option with its value', 'ping —Fos=x', 'ping -Fos=x'],
  ['an en dash before one', 'ping –1', 'ping -1'],
  ['a horizontal bar', 'ping ―limit 5', 'ping --limit 5'],
  ['an em dash at the start of the text', '—limit 5 ping', '--limit 5 ping'],
  ['an em dash alone ends the options', 'shell run — ls', 'shell run -- ls'],
  ['a minus sign', 'ping −F a=b', 'ping -F a=b'],
  ['a no-break hyphen', 'ping ‑F a=b', 'ping -F a=b'],
  ['an em dash inside a word', 'rpc x y m=a—b', 'rpc x y m=a—b'],
  ['an em dash inside quotes', 'rpc x y “a —b”', 'rpc x y "a —b"'],
  ['an em dash after a no-break space', 'ping\u00A0—limit 5', 'ping --limit 5'],
  ['an em dash after a line break', 'ping\n—limit 5', 'ping --limit 5'],
  // Spaces and invisible characters
  ['a no-break space', 'ping\u00A0-F\u00A0a=b', 'ping -F a=b'],
  ['a no-break space inside quotes', 'find -S “a\u00A0and b”', 'find -S "a and b"'],
  ['a narrow no-break space', 'ping\u202F-1', 'ping -1'],
  ['an ideographic space', 'ping\u3000-1', 'ping -1'],
  ['a zero-width space', 'ping\u200B -F a\u200B=b', 'ping -F a=b'],
  ['a byte order mark', '\uFEFFping', 'ping'],
  ['a word joiner and a soft hyphen', 'pi\u2060ng -F a\u00AD=b', 'ping -F a=b'],
  ['text direction marks', 'ping \u202E-F a=b\u202C\u2066\u2069', 'ping -F a=b'],
  ['a line break', 'ping\n-F a=b', 'ping -F a=b'],
  ['a Windows line break', 'ping\r\n-F a=b', 'ping  -F a=b'],
  ['a tab', 'ping\t-F a=b', 'ping -F a=b'],
  ['a continued line', 'ping \\\n-F a=b', 'ping  -F a=b'],
  ['a line separator', 'ping\u2028-F a=b', 'ping -F a=b'],
  ['a line break inside quotes stays, to be refused', 'rpc x y "a\nb"', 'rpc x y "a\nb"'],
  // Entities
  ['greater or equal', 'ping -F cpus&gt;=4', 'ping -F cpus>=4'],
  ['less than', 'ping -F cpus&lt;4', 'ping -F cpus<4'],
  ['an ampersand', 'rpc x y a=b&amp;c', 'rpc x y a=b&c'],
  ['an entity that was typed', 'rpc x y a=&amp;lt;', 'rpc x y a=&lt;'],
  ['an entity that was typed twice over', 'rpc x y a=&amp;amp;gt;', 'rpc x y a=&amp;gt;'],
  ['entities inside quotes', 'find -S “a &gt; 1 and b &lt; 2”', 'find -S "a > 1 and b < 2"'],
  ['other entities were typed', 'rpc x y a=&quot;&nbsp;', 'rpc x y a=&quot;&nbsp;'],
  ['a typed link is no link', 'rpc x y a=&lt;http://h|h&gt;', 'rpc x y a=<http://h|h>'],
  ['bare comparisons are no link', 'find -S "a<5 and b>3"', 'find -S "a<5 and b>3"'],
  // Links
  ['a host', 'ping -I <http://web1.example.com|web1.example.com>', 'ping -I web1.example.com'],
  [
    'a host with a port',
    'nettest connect <http://web1.example.com:8080|web1.example.com:8080>',
    'nettest connect web1.example.com:8080',
  ],
  ['a host in capitals', 'ping -I <http://Web1.Example.COM|Web1.Example.COM>', 'ping -I Web1.Example.COM'],
  ['a scheme in capitals', 'ping -I <HTTP://web1.example.com|web1.example.com>', 'ping -I web1.example.com'],
  [
    'a query with an ampersand',
    'rpc x y url=<https://h.example.com/p?a=1&amp;b=2#c|https://h.example.com/p?a=1&amp;b=2#c>',
    'rpc x y url=https://h.example.com/p?a=1&b=2#c',
  ],
  [
    'an address without a label',
    'rpc x y url=<https://h.example.com/p?a=1>',
    'rpc x y url=https://h.example.com/p?a=1',
  ],
  ['an address with an empty label', 'rpc x y url=<https://h.example.com|>', 'rpc x y url=https://h.example.com'],
  [
    'a link inside quotes',
    'find -S “fqdn=<http://a.example.com|a.example.com> or b”',
    'find -S "fqdn=a.example.com or b"',
  ],
  ['two links', '-I <http://a.de|a.de> -I <http://b.de|b.de>', '-I a.de -I b.de'],
  ['a mail address', 'rpc x y to=<mailto:a@b.example.com|a@b.example.com>', 'rpc x y to=a@b.example.com'],
  ['a mail address without a label', 'rpc x y to=<mailto:a@b.example.com>', 'rpc x y to=a@b.example.com'],
  ['a telephone number', 'rpc x y n=<tel:5551234|555-1234>', 'rpc x y n=555-1234'],
  ['a Markdown link', 'ping -I [web1.example.com](http://web1.example.com)', 'ping -I web1.example.com'],
  ['a Markdown link with port and query', 'rpc x y u=[h:80/?a=1](http://h:80/?a=1)', 'rpc x y u=h:80/?a=1'],
  ['a Markdown mail link', 'rpc x y to=[a@b.de](mailto:a@b.de)', 'rpc x y to=a@b.de'],
  ['brackets that are no link', 'ping -I /web[12](a)/', 'ping -I /web[12](a)/'],
  ['a link is unwrapped once', 'x <http://h|&lt;http://i|&amp;amp;&gt;>', 'x <http://i|&amp;>'],
  // Mentions
  ['a user', '<@U123ABC> ping', '@U123ABC ping'],
  ['a user with a name keeps the id', 'policy explain <@U123ABC|ana>', 'policy explain @U123ABC'],
  ['a channel', 'audit <#C123ABC|general>', 'audit #general'],
  ['a mass mention', 'rpc x y m=<!here>', 'rpc x y m=@here'],
  ['a user group', 'rpc x y m=<!subteam^S123|@ops>', 'rpc x y m=@ops'],
  // Back-ticks
  ['back-ticks round the whole command', '`package status bash`', 'package status bash'],
  ['a code block', '```\nmco ping -F a=b\n```', 'mco ping -F a=b'],
  ['back-ticks after the trigger', '/mco `ping -F a=b`', '/mco ping -F a=b'],
  ['back-ticks after a mention', '<@U123ABC> `ping -F a&gt;=1`', '@U123ABC ping -F a>=1'],
  ['back-ticks inside stay', 'rpc x y m=`a`', 'rpc x y m=`a`'],
  ['two pieces in back-ticks stay', '`a` and `b`', '`a` and `b`'],
];

describe('normaliseChatText', () => {
  for (const [name, arrives, meant] of CASES) {
    it(`undoes what a chat does: ${name}`, () => assert.equal(normaliseChatText(arrives), meant));
  }

  it('has at least sixty of these cases', () => assert.ok(CASES.length >= 60));

  it('leaves ordinary commands alone', () => {
    const ordinary = fc.stringMatching(/^[a-z0-9=!~.,:;*+?"'$%^()\\{}-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 1, maxLength: 6 }), (words) => {
        // What begins with a letter: formatting round the whole is another matter.
        const command = ['name', ...words].join(' ');
        assert.equal(normaliseChatText(command), command);
      }),
    );
  });

  it('throws nothing, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<http://', '|', '>', '&amp;', '“', '"', '—', '`', '\\', '[', '](http://a)'),
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void normaliseChatText(pieces.join(''))));
  });

  it('refuses a message that is too long to look at', () => {
    assert.throws(
      () => normaliseChatText('<'.repeat(16_001)),
      (error) => error instanceof McoError && error.code === 'usage/too-long',
    );
  });
});
