import type { NodeShare, NodeSource } from '../core/command.ts';
import { suggest } from '../core/nearest.ts';
import { NODE_SHARES, RUN_END } from '../core/read-call.ts';
import { failAt, quoteInput, type SourceWord, sliceWord } from './source-word.ts';

const HINT = '`last`, the end of a run such as `7f3a`, either with `:failed`, or a file such as `./nodes.txt`';

/**
 * The value of `--nodes`: `last` or the end of a run's id, either with `:failed` or another share, or a file. A file is
 * what has a slash or a dot in it; nothing else is guessed to be one.
 *
 * @throws McoError `usage/bad-nodes`, `usage/bad-choice` for an unknown share
 */
export function parseNodeSource(word: SourceWord): NodeSource {
  if (/[/.]/.test(word.text)) return { from: 'file', file: word.text };
  const colon = word.text.indexOf(':');
  const name = (colon === -1 ? word : sliceWord(word, 0, colon)).text.toLowerCase();
  if (name !== 'last' && !RUN_END.test(name)) throw badNodes(word);
  const which = colon === -1 ? 'all' : parseShare(word, colon);
  return name === 'last' ? { from: 'last', which } : { from: 'run', run: name, which };
}

/** The spelling that `parseNodeSource` reads back. */
export function formatNodeSource(source: NodeSource): string {
  if (source.from === 'file') return source.file;
  const name = source.from === 'last' ? 'last' : source.run;
  return source.which === 'all' ? name : `${name}:${source.which}`;
}

function parseShare(word: SourceWord, colon: number): NodeShare {
  const typed = sliceWord(word, colon + 1);
  const share = NODE_SHARES.find((known) => known === typed.text);
  if (share !== undefined) return share;
  throw failAt(typed.text === '' ? word : typed, 'usage/bad-choice', {
    message: typed.text === '' ? 'nothing follows the colon' : `${quoteInput(typed.text)} is no share of a run's nodes`,
    hint: suggest(typed.text, NODE_SHARES),
  });
}

function badNodes(word: SourceWord) {
  const isList = word.text.includes(',');
  return failAt(word, 'usage/bad-nodes', {
    message: `${quoteInput(word.text)} is neither a run nor a file`,
    hint: isList ? 'name nodes with `-I`, once for each' : HINT,
  });
}
