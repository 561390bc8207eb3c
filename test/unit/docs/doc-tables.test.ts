import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const DOCS = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((path) => path.endsWith('.md'));

const isRow = (line = ''): boolean => line.startsWith('|');
/** `|---|:--|` */
const isRule = (line = ''): boolean => /^\|(?: *:?-{3,}:? *\|)+$/.test(line);
/** How many cells; a bar that is escaped is a letter. */
const countCells = (line = ''): number => line.replaceAll('\\|', '').split('|').length - 2;

/** What is wrong with the tables of a document: each line in words. */
function findFaults(markdown: string): readonly string[] {
  let inFence = false;
  const lines = markdown.split('\n').map((line) => {
    const isFence = line.startsWith('```');
    if (isFence) inFence = !inFence;
    return inFence || isFence ? '' : line;
  });
  let columns = 0;
  return lines.flatMap((line, index) => {
    if (!isRow(line)) return [];
    const isFirst = !isRow(lines[index - 1]);
    if (isFirst) columns = countCells(line);
    const where = `line ${index + 1}: ${line.slice(0, 60)}`;
    if (isFirst && !isRule(lines[index + 1])) return [`${where}: a table without a head`];
    return countCells(line) === columns ? [] : [`${where}: ${countCells(line)} cells of ${columns}`];
  });
}

describe('tables', () => {
  for (const path of DOCS) {
    it(`of ${path} have a head, and rows as wide as it`, () =>
      assert.deepEqual(findFaults(readFileSync(path, 'utf8')), []));
  }

  it('that a blank line cuts in two are found', () => {
    const [head, row] = ['| a | b |\n|---|---|', '| 1 | 2 |'];
    assert.deepEqual(findFaults(`${head}\n${row}\n`), []);
    assert.equal(findFaults(`${head}\n${row}\n\n${row}\n`).length, 1);
    assert.equal(findFaults(`${head}\n| 1 | 2 \\| 3 |\n| 1 | 2 | 3 |\n`).length, 1);
    assert.deepEqual(findFaults(`\`\`\`\n${row}\n\`\`\`\n`), []);
  });
});
