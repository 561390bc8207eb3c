import type { Command, CommandLine, NodeShare, Word } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { readRun, refuseSecond } from '../src/core/read-call.ts';

const SHARES: readonly NodeShare[] = ['failed', 'silent', 'open', 'all'];

/** The same question again, to those of a run's nodes with which it did not end well. */
export const retryCommand: Command = {
  name: 'retry',
  about: 'Asks the same again, where it did not end well: of a write only where it failed or was not sent',
  usage: ['retry', 'retry RUN', 'retry RUN failed', 'retry RUN silent', 'retry RUN all'],
  examples: ['retry 7f3a failed', 'retry last'],
  plan(line) {
    const words = line.words.slice(1).flatMap(splitAtColon);
    const isShare = ({ text }: Word): boolean => SHARES.some((share) => share === text);
    const shares = words.filter(isShare);
    refuseSecond(line, shares);
    const others = words.filter((word) => !isShare(word));
    refuseOk(line, others);
    const which = SHARES.find((share) => share === shares[0]?.text) ?? 'open';
    return { kind: 'control', verb: 'retry', run: readRun(line, others, SHARES), which };
  },
};

/** `7f3a:failed`, as `--nodes` has it, is two words here. */
function splitAtColon(word: Word): readonly Word[] {
  const colon = word.text.indexOf(':');
  // Quotes or backslashes in the word: then its characters do not stand where they would be counted.
  if (colon === -1 || word.end - word.start !== word.text.length) return [word];
  const middle = word.start + colon;
  return [
    { text: word.text.slice(0, colon), start: word.start, end: middle },
    { text: word.text.slice(colon + 1), start: middle + 1, end: word.end },
  ];
}

function refuseOk(line: CommandLine, words: readonly Word[]): void {
  const word = words.find(({ text }) => text === 'ok');
  if (word === undefined) return;
  throw new McoError('usage/bad-choice', 'where it went well, nothing is left to retry', {
    hint: '`all` asks every node of the run again; give the command with `--nodes last:ok` for these',
    at: { text: line.text, start: word.start, end: word.end },
  });
}
