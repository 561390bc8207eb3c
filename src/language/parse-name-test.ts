import type { NameTest } from '../core/filter.ts';
import { IDENTITY, WORD } from '../core/names.ts';
import { checkLength } from './parse-fact-test.ts';
import { parseDelimitedPattern } from './parse-pattern.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

/** What a name test names. */
type NameKind = 'class' | 'agent' | 'node';

/**
 * A class, agent or node: exact, or `/re/`, `/re/i`. Node names are lower-cased, as host names are compared.
 *
 * @throws McoError `usage/bad-name`, `usage/bad-pattern`, `usage/too-long`
 */
export function parseNameTest(word: SourceWord, kind: NameKind): NameTest {
  if (word.text.startsWith('/')) {
    const matches = parseDelimitedPattern(word);
    if (matches !== undefined) return { matches };
    throw failAt(word, 'usage/bad-pattern', {
      message: `${quoteInput(word.text)} is not closed by a slash`,
      hint: 'such as `/^web/` or `/^web/i`',
    });
  }
  const name = checkLength(word);
  const is = kind === 'node' ? name.toLowerCase() : name;
  if (!isName(is, kind)) {
    throw failAt(word, 'usage/bad-name', {
      message: `${quoteInput(word.text)} can't be the name of ${kind === 'agent' ? 'an' : 'a'} ${kind}`,
      hint: HINTS[kind],
    });
  }
  return { is };
}

const HINTS: Readonly<Record<NameKind, string>> = {
  class: 'one class without blanks, or `/re/`; give the option again for another',
  agent: 'one agent in lower case, or `/re/`',
  node: 'one host name, or `/re/`; give the option again for another',
};

function isName(name: string, kind: NameKind): boolean {
  switch (kind) {
    case 'agent':
      return WORD.test(name);
    case 'node':
      return IDENTITY.test(name);
    case 'class':
      return name !== '' && !/\s/.test(name);
  }
}
