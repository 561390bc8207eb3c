import type { Tell } from '../../core/command.ts';
import type { Comparison, Difference } from './compare-stories.ts';

const MAX_LINES = 100;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/**
 * A comparison for people: first whether the stories agree, then every difference with its node. A node that tells
 * nothing contradicts nobody: what it did is open, not wrong.
 */
export function describeComparison({ run, nodes, differences, problem }: Comparison): Tell {
  const contradictions = differences.filter(({ isSilence }) => isSilence !== true);
  const silences = differences.filter(({ isSilence }) => isSilence === true);
  const obstacle = problem === undefined ? [] : [{ lines: [`not all nodes were asked: ${problem.message}`] }];
  return {
    kind: 'tell',
    title: describeResult(run.slice(-4), nodes, { contradictions, silences, isOpen: problem !== undefined }),
    sections: [
      ...obstacle,
      ...listAll('What differs', contradictions),
      ...listAll('Who does not tell', silences),
      { lines: [`run ${run}`] },
    ],
  };
}

interface Found {
  readonly contradictions: readonly Difference[];
  readonly silences: readonly Difference[];
  /** Not all nodes were asked. */
  readonly isOpen: boolean;
}

function describeResult(short: string, nodes: number, { contradictions, silences, isOpen }: Found): string {
  const silent = countNodes(silences);
  if (contradictions.length > 0) {
    const also = silent === 0 ? '' : `, ${silent} more ${silent === 1 ? 'does' : 'do'} not tell`;
    return `FAILED: the stories of run ${short} differ: ${countNodes(contradictions)} of ${count(nodes, 'node')}${also}`;
  }
  if (silent === 0 && !isOpen)
    return `OK: the stories agree: the bot and ${count(nodes, 'node')} tell the same of run ${short}`;
  const told = nodes - silent;
  const same = `${count(told, 'node')} ${told === 1 ? 'tells' : 'tell'} the same of run ${short}`;
  return `INCOMPLETE: ${same}, ${silent} ${silent === 1 ? 'does' : 'do'} not tell`;
}

const countNodes = (differences: readonly Difference[]): number =>
  new Set(differences.flatMap(({ node }) => (node === undefined ? [] : [node]))).size;

function listAll(heading: string, differences: readonly Difference[]): Tell['sections'] {
  if (differences.length === 0) return [];
  const lines = differences.slice(0, MAX_LINES).map(({ node = 'the run', text }) => `${node}: ${text}`);
  const rest = differences.length - lines.length;
  return [{ heading, lines: rest === 0 ? lines : [...lines, `and ${rest} more`] }];
}
