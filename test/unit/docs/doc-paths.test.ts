import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const DOCS = ['README.md', 'deploy/activemq/README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith('.md'),
);
/** What begins like this is a path of the repository. */
const REPOSITORY_PATH = /`((?:src|commands|agent|policies|deploy|test|docs)\/[a-z0-9/._-]*)`/g;

/** Headings as the anchors that links name. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  for (const path of DOCS) {
    const text = readFileSync(path, 'utf8');

    it(`${path} links to what is there`, () => {
      const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
      const broken = links.filter(([, file = '', anchor]) => {
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
      });
      assert.deepEqual(
        broken.map(([link]) => link),
        [],
      );
    });

    it(`${path} names files that are there`, () => {
      const named = [...text.matchAll(REPOSITORY_PATH)].map(([, name = '']) => name);
      assert.deepEqual(
        named.filter((name) => !existsSync(name)),
        [],
      );
    });
  }

  it('are all looked at', () => {
    assert.ok(DOCS.includes('docs/glossary.md'));
    assert.ok(REPOSITORY_PATH.test(readFileSync('docs/glossary.md', 'utf8')));
  });
});
