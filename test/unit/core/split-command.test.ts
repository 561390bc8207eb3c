import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitCommand } from '../../../src/core/split-command.ts';

for (const [text, words] of [
  ['uname', ['uname']],
  ['  uname \t -a\n', ['uname', '-a']],
  [`echo 'a b' "c d"`, ['echo', 'a b', 'c d']],
  [`echo a'b'"c"d`, ['echo', 'abcd']],
  [`echo '' ""`, ['echo', '', '']],
  ['echo a\\ b \\\\ \\$ \\|', ['echo', 'a b', '\\', '$', '|']],
  [`echo '| > < ; & $( \`' "| ; > \\$ \\" \\x"`, ['echo', '| > < ; & $( `', '| ; > $ " \\x']],
  ['ls *.log ~ {a,b} [x] ? # !', ['ls', '*.log', '~', '{a,b}', '[x]', '?', '#', '!']],
  ['echo a\\\nb', ['echo', 'ab']],
  ['A=1 env', ['A=1', 'env']],
] as const) {
  test(`${JSON.stringify(text)} is split as a shell would, and nothing in it is expanded`, () => {
    assert.deepEqual(splitCommand(text), words);
  });
}

for (const char of ['|', '&', ';', '<', '>', '(', ')', '$', '`']) {
  test(`${char} outside quotes is refused, and a shell is offered`, () => {
    assert.throws(() => splitCommand(`echo a${char}b`), { code: 'failed/bad-command', hint: /shell=sh/ });
  });
}

test('a substitution in double quotes is refused: there would be none', () => {
  for (const text of ['echo "$HOME"', 'echo "`id`"', 'echo "$(id)"']) {
    assert.throws(() => splitCommand(text), { code: 'failed/bad-command' });
  }
});

for (const text of ['', '   ', `''`, `echo 'a`, 'echo "a', 'echo \\', 'echo a\0b', `x ${'a '.repeat(600)}`]) {
  test(`${JSON.stringify(text.slice(0, 20))} is no command`, () => {
    assert.throws(() => splitCommand(text), { code: 'failed/bad-command' });
  });
}

test('what it accepts, a real shell splits into the same words', () => {
  const part = fc.constantFrom('a', 'B', ' ', '\t', "'", '"', '\\', '-', '|', '$', '1', 'ü');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = `x${parts.join('')}`;
      let mine: readonly string[];
      try {
        mine = splitCommand(text);
      } catch {
        return;
      }
      const script = `set -f; printf '%s\\0' ${text}`;
      const theirs = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
      assert.deepEqual([...mine], theirs);
    }),
    { numRuns: 150 },
  );
});
