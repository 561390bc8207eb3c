/** A piece of TypeScript, as coarse as reading imports needs: no comments, no regular expressions. */
export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'sign';
  /** Of a string or template: what stands between the quotes. */
  readonly text: string;
  readonly line: number;
}

const BLANK = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*/uy;
const STRING = /'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /((?:[^`\\$]|\\[\s\S]|\$(?!\{))*)(`|\$\{)/y;

/** Words after which a slash starts a regular expression; after any other word it divides. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'throw', 'await', 'yield']);

/** Splits a source file, so that what stands in comments, strings and templates is not taken for code. */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template that is open: how many braces are open within its current `${`. */
  const openTemplates: number[] = [];
  let at = 0;
  let line = 1;

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    line += match[0].split('\n').length - 1;
    return match;
  };

  const takeTemplatePart = (): void => {
    const startLine = line;
    const part = take(TEMPLATE_PART);
    if (part === undefined) throw new Error(`a template that starts in line ${startLine} has no end`);
    tokens.push({ kind: 'template', text: part[1] ?? '', line: startLine });
    if (part[2] !== '`') openTemplates.push(0);
  };

  while (at < source.length) {
    if (take(BLANK) !== undefined) continue;
    const startLine = line;
    const word = take(WORD);
    if (word !== undefined) {
      tokens.push({ kind: 'word', text: word[0], line: startLine });
      continue;
    }
    const string = take(STRING);
    if (string !== undefined) {
      tokens.push({ kind: 'string', text: string[1] ?? string[2] ?? '', line: startLine });
      continue;
    }
    if (source[at] === '/' && startsRegex(tokens.at(-1)) && take(REGEX) !== undefined) {
      tokens.push({ kind: 'sign', text: 'regex', line: startLine });
      continue;
    }
    const sign = source[at] ?? '';
    at += 1;
    if (sign === '`') takeTemplatePart();
    else if (sign === '}' && openTemplates.at(-1) === 0) {
      openTemplates.pop();
      takeTemplatePart();
    } else {
      countBrace(sign, openTemplates);
      tokens.push({ kind: 'sign', text: sign, line: startLine });
    }
  }
  return tokens;
}

function startsRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
  return before.kind === 'sign' && !['regex', ')', ']', '}'].includes(before.text);
}

function countBrace(sign: string, openTemplates: number[]): void {
  const open = openTemplates.at(-1);
  if (open === undefined) return;
  if (sign === '{') openTemplates[openTemplates.length - 1] = open + 1;
  if (sign === '}') openTemplates[openTemplates.length - 1] = open - 1;
}
