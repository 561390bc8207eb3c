import { readFile } from 'node:fs/promises';
import { McoError } from '../core/errors.ts';
import { IDENTITY } from '../core/names.ts';

const MAX_NODES = 50_000;
const HINT = 'a text with the name of one node on each line';

/**
 * The nodes in a file: one on each line; empty lines and what follows a `#` are passed over.
 *
 * @throws McoError `usage/bad-file`
 */
export async function readNodeList(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new McoError('usage/bad-file', `the list of nodes \`${file}\` can't be read: ${why}`, {
      hint: `${HINT}; the path starts where you are`,
      cause,
    });
  });
  const lines = text.split(/\r?\n/).map((line, index) => ({ node: line.replace(/#.*/, '').trim(), number: index + 1 }));
  const listed = lines.filter(({ node }) => node !== '');
  const wrong = listed.find(({ node }) => !IDENTITY.test(node));
  if (wrong !== undefined) {
    throw new McoError('usage/bad-file', `line ${wrong.number} of \`${file}\` is not the name of a node`, {
      hint: HINT,
    });
  }
  if (listed.length === 0 || listed.length > MAX_NODES) {
    throw new McoError('usage/bad-file', `\`${file}\` lists ${listed.length} nodes; 1 to ${MAX_NODES} are expected`, {
      hint: HINT,
    });
  }
  return [...new Set(listed.map(({ node }) => node))];
}
