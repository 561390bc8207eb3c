import type { Tell } from '../../core/command.ts';
import type { Comparison } from './compare-stories.ts';

const MAX_LINES = 100;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** A comparison for people: first whether the stories agree, then every difference with its node. */
export function describeComparison({ run, nodes, differences, problem }: Comparison): Tell {
  const short = run.slice(-4);
  const obstacle = problem === undefined ? [] : [{ lines: [`not all nodes were asked: ${problem.message}`] }];
  if (differences.length === 0 && problem === undefined) {
    const title = `OK: the stories agree: the bot and ${count(nodes, 'node')} tell the same of run ${short}`;
    return { kind: 'tell', title, sections: [{ lines: [run] }] };
  }
  const lines = differences.slice(0, MAX_LINES).map(({ node = 'the run', text }) => `${node}: ${text}`);
  const rest = differences.length - lines.length;
  const more = rest === 0 ? [] : [`and ${count(rest, 'more difference')}`];
  const named = new Set(differences.flatMap(({ node }) => (node === undefined ? [] : [node])));
  return {
    kind: 'tell',
    title: `FAILED: the stories of run ${short} differ: ${named.size} of ${count(nodes, 'node')}`,
    sections: [...obstacle, { heading: 'What differs', lines: [...lines, ...more] }, { lines: [run] }],
  };
}
