import { readTokens, type Token } from './read-tokens.ts';

/** One import, of values or of types alike. `specifier` is undefined where it is computed at run time. */
export interface Import {
  readonly specifier: string | undefined;
  readonly line: number;
}

/** Every `import ... from`, `import '...'`, `export ... from`, `import('...')` and `require('...')` of a source file. */
export function readImports(source: string): Import[] {
  const tokens = readTokens(source);
  const imports: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || isMember(tokens, index)) continue;
    if (token.text === 'import' || token.text === 'require') imports.push(...readImport(tokens, index));
    if (token.text === 'export') imports.push(...readReexport(tokens, index));
  }
  return imports;
}

/** Whether a file exports a default. */
export function exportsDefault(source: string): boolean {
  const tokens = readTokens(source);
  return tokens.some((token, index) => {
    if (!isWord(token, 'export') || isMember(tokens, index)) return false;
    const next = tokens[index + 1];
    if (isWord(next, 'default') || isSign(next, '=')) return true;
    return isSign(next, '{') && endsInDefault(tokens.slice(index + 2, closingBrace(tokens, index + 1)));
  });
}

/** What a file declares: `['interface', 'Clock']`, `['function', 'parseFilter']`. */
export function readDeclarations(source: string): (readonly [keyword: string, name: string])[] {
  const tokens = readTokens(source);
  return tokens.flatMap(({ kind, text }, index) => {
    const next = tokens[index + 1];
    const declares = kind === 'word' && DECLARING.has(text) && !isMember(tokens, index);
    return declares && next?.kind === 'word' ? [[text, next.text] as const] : [];
  });
}

/** Whether one of the words stands in a file outside comments, strings and templates. */
export function mentions(source: string, words: readonly string[]): boolean {
  return readTokens(source).some(({ kind, text }) => kind === 'word' && words.includes(text));
}

const DECLARING = new Set(['class', 'const', 'enum', 'function', 'interface', 'let', 'namespace', 'type']);

const isWord = (token: Token | undefined, text: string) => token?.kind === 'word' && token.text === text;
const isSign = (token: Token | undefined, text: string) => token?.kind === 'sign' && token.text === text;
const isMember = (tokens: readonly Token[], index: number) =>
  isSign(tokens[index - 1], '.') || isSign(tokens[index + 1], ':');

function readImport(tokens: readonly Token[], index: number): Import[] {
  const line = tokens[index]?.line ?? 0;
  const next = tokens[index + 1];
  if (isSign(next, '(')) {
    const argument = tokens[index + 2];
    const isLiteral = argument?.kind === 'string' || argument?.kind === 'template';
    const isWhole = isSign(tokens[index + 3], ')') || isSign(tokens[index + 3], ',');
    return [{ specifier: isLiteral && isWhole ? argument.text : undefined, line }];
  }
  if (isWord(tokens[index], 'require') || isSign(next, '.')) return [];
  if (next?.kind === 'string') return [{ specifier: next.text, line }];
  const from = tokens.findIndex(
    (token, at) => at > index && isWord(token, 'from') && tokens[at + 1]?.kind === 'string',
  );
  return [{ specifier: from === -1 ? undefined : tokens[from + 1]?.text, line }];
}

function readReexport(tokens: readonly Token[], index: number): Import[] {
  const line = tokens[index]?.line ?? 0;
  const start = isWord(tokens[index + 1], 'type') ? index + 2 : index + 1;
  let end = start;
  if (isSign(tokens[start], '{')) end = closingBrace(tokens, start) + 1;
  else if (isSign(tokens[start], '*')) end = isWord(tokens[start + 1], 'as') ? start + 3 : start + 1;
  else return [];
  return isWord(tokens[end], 'from') ? [{ specifier: tokens[end + 1]?.text, line }] : [];
}

function closingBrace(tokens: readonly Token[], open: number): number {
  const close = tokens.findIndex((token, at) => at > open && isSign(token, '}'));
  return close === -1 ? tokens.length : close;
}

const endsInDefault = (names: readonly Token[]) =>
  names.some((token, at) => isWord(token, 'default') && isWord(names[at - 1], 'as'));
