import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { runPolicy } from '../../../src/main/policy/run-policy.ts';
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

describe("what mcobot policy says of this repository's policy", () => {
  const said = async (argv: readonly string[]): Promise<string> => {
    let text = '';
    await runPolicy(argv, (part) => {
      text += part;
    });
    return text;
  };

  it('of its cases stands in docs/install.md', async () => {
    const text = await said(['test', '--policies', 'policies']);
    assert.ok(readFileSync('docs/install.md', 'utf8').includes(`\n\`\`\`\n${text}\`\`\``), text);
  });

  it('of a command stands in docs/policy.md', async () => {
    const command = /^ {4}mcobot policy explain --as (\S+) --in (\S+) "([^"]+)"$/m.exec(readFileSync(DOCUMENT, 'utf8'));
    const [, as = '', place = '', typed = ''] = command ?? [];
    const text = await said(['explain', '--policies', 'policies', '--as', as, '--in', place, typed]);
    assert.ok(readFileSync(DOCUMENT, 'utf8').includes(text), text);
  });
});

describe('the YAML in the documents', () => {
  for (const name of readdirSync('docs').filter((file) => file.endsWith('.md'))) {
    const blocks = [...readFileSync(`docs/${name}`, 'utf8').matchAll(/^```yaml[^\n]*\n([\s\S]*?)^```$/gm)];
    if (blocks.length === 0) continue;
    it(`can be read in docs/${name}, and what has signers is a node's policy`, () => {
      for (const [, yaml = ''] of blocks) {
        assert.equal(typeof parse(yaml), 'object', yaml);
        if (/^signers:/m.test(yaml)) readNodePolicy(yaml, name);
      }
    });
  }
});

const problemsOf = (results: readonly { at: string; problem: string | undefined }[]): string[] =>
  results.flatMap(({ at, problem }) => (problem === undefined ? [] : [`${at}: ${problem}`]));
