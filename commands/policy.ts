import type { Command } from '../src/core/command.ts';
import { McoError } from '../src/core/errors.ts';
import { refuseWords, wordError } from '../src/core/read-call.ts';

const TOPICS = ['explain', 'test'];

/** What the policy says to a command, and why. */
export const policyCommand: Command = {
  name: 'policy',
  about: 'What you may do and why: each rule that counts, with its file and line',
  usage: ['policy explain COMMAND', 'policy explain --as PERSON --in PLACE COMMAND', 'policy test'],
  examples: [
    'policy explain package update libc6 -F environment=staging',
    'policy explain --as ana package update libc6 -C webserver',
    'policy test',
  ],
  plan(line) {
    const [, topic, ...words] = line.words;
    const example = { hint: 'such as `policy explain package update libc6 -C webserver`' };
    if (topic === undefined) throw new McoError('usage/missing-word', 'what shall be explained?', example);
    if (topic.text === 'test') {
      refuseWords(line, 2);
      return { kind: 'control', verb: 'policy', what: 'test' };
    }
    if (topic.text !== 'explain') {
      throw wordError('usage/bad-choice', `\`policy\` has no \`${topic.text}\``, { word: topic, line, known: TOPICS });
    }
    const [first, second] = words;
    if (first === undefined) throw new McoError('usage/missing-word', 'which command shall be explained?', example);
    // In quotes it is one word; without them its words and options stand among those of this command.
    const command = second === undefined && first.text.includes(' ') ? first.text : undefined;
    return { kind: 'control', verb: 'policy', what: 'explain', command };
  },
};
