import type { Command, Word } from '../src/core/command.ts';
import { readRun, refuseWords, wordError } from '../src/core/read-call.ts';

const TOPICS = ['verify', 'checkpoint', 'compare'];

/** What is on record, and whether the record is whole. */
export const auditCommand: Command = {
  name: 'audit',
  about: 'What is on record: who asked, decided, approved, and how it ended',
  usage: [
    'audit [--who PERSON] [--node NODE] [--action AGENT.ACTION] [--run RUN] [--since TIME] [--until TIME]',
    'audit verify',
    'audit checkpoint',
    'audit compare RUN',
  ],
  examples: [
    'audit --since 2h',
    'audit --who ana --action package.update --since 7d',
    'audit --run 7f3a',
    'audit compare 7f3a',
    'audit verify',
  ],
  plan(line) {
    const [, topic, ...words] = line.words;
    if (topic === undefined) return { kind: 'control', verb: 'audit', what: 'find' };
    if (topic.text === 'compare') return { kind: 'control', verb: 'audit', what: 'compare', run: readRun(line, words) };
    const what = (['verify', 'checkpoint'] as const).find((name) => name === topic.text);
    if (what === undefined) throw unknownTopic(topic);
    refuseWords(line, 2);
    return { kind: 'control', verb: 'audit', what };

    function unknownTopic(word: Word) {
      return wordError('usage/bad-choice', `\`audit\` has no \`${word.text}\``, { word, line, known: TOPICS });
    }
  },
};
