import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { findUnreached, runBotCases, runNodeCases } from '../../../src/policy/run-cases.ts';

const DOCUMENT = 'docs/policy.md';
const BLOCK = /^```yaml ([a-z.-]+)\n([\s\S]*?)^```$/gm;

/** The named blocks of each section: "policy.yaml", "cases", "node.yaml", "node-cases". */
const sections = readFileSync(DOCUMENT, 'utf8')
  .split(/^## /m)
  .map((section) => ({
    title: section.split('\n', 1)[0] ?? '',
    blocks: new Map([...section.matchAll(BLOCK)].map(([, name = '', yaml = '']) => [name, yaml])),
  }))
  .filter(({ blocks }) => blocks.size > 0);

describe(DOCUMENT, () => {
  it('has three worked examples, and one of a node', () => {
    assert.equal(sections.filter(({ blocks }) => blocks.has('policy.yaml')).length, 3);
    assert.equal(sections.filter(({ blocks }) => blocks.has('node.yaml')).length, 1);
  });

  for (const { title, blocks } of sections) {
    it(`means what its cases say: ${title}`, () => {
      const [text, cases] = [blocks.get('policy.yaml'), blocks.get('cases')];
      if (text !== undefined && cases !== undefined) {
        const policy = readBotPolicy([{ name: 'policy.yaml', text }]);
        const results = runBotCases(policy, cases, 'cases.yaml');
        assert.deepEqual(problemsOf(results), []);
        assert.deepEqual(findUnreached(policy, results), []);
        return;
      }
      const policy = readNodePolicy(blocks.get('node.yaml') ?? '', 'node.yaml');
      const results = runNodeCases(policy, blocks.get('node-cases') ?? '', 'cases.yaml');
      assert.deepEqual(problemsOf(results), []);
      assert.deepEqual(findUnreached(policy, results), []);
    });
  }
});

const problemsOf = (results: readonly { at: string; problem: string | undefined }[]): string[] =>
  results.flatMap(({ at, problem }) => (problem === undefined ? [] : [`${at}: ${problem}`]));
