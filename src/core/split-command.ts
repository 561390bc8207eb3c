import { McoError } from './errors.ts';

/** What only a shell gives a meaning: pipes, redirections, lists, substitutions. */
const SHELL_CHARACTERS = /[|&;<>()$`]/;
const MAX_WORDS = 500;

/**
 * A command line as words, with the quoting of POSIX (Shell Command Language, 2.2): single quotes, double quotes,
 * backslash. Nothing is expanded: `*` and `~` are themselves. What a shell alone understands is refused outside quotes,
 * and `$` and the back-tick inside double quotes too, so that nobody takes this for a shell.
 *
 * @throws McoError `failed/bad-command`
 */
export function splitCommand(text: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/[ \t\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = readPiece(text, at);
    word = (word ?? '') + piece.text;
    at = piece.next;
  }
  if (word !== undefined) words.push(word);
  const [program, ...args] = words;
  if (program === undefined || program === '') throw badCommand('it names no program');
  if (args.length >= MAX_WORDS) throw badCommand(`it has more than ${MAX_WORDS} words`);
  return [program, ...args];
}

interface Piece {
  readonly text: string;
  readonly next: number;
}

/** One quoted part, or one character, that belongs to a word. */
function readPiece(text: string, at: number): Piece {
  const char = text.charAt(at);
  switch (char) {
    case "'":
      return readSingleQuoted(text, at);
    case '"':
      return readDoubleQuoted(text, at);
    case '\\':
      return readEscaped(text, at);
    case '\0':
      throw badCommand('it contains a NUL character');
    default:
      if (SHELL_CHARACTERS.test(char)) throw needsShell(char);
      return { text: char, next: at + 1 };
  }
}

function readSingleQuoted(text: string, at: number): Piece {
  const end = text.indexOf("'", at + 1);
  if (end === -1) throw badCommand("a `'` is not closed");
  return { text: text.slice(at + 1, end), next: end + 1 };
}

function readDoubleQuoted(text: string, from: number): Piece {
  let inner = '';
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { text: inner, next: at + 1 };
    if (char === '$' || char === '`') throw needsShell(char);
    const escaped = text.charAt(at + 1);
    // In double quotes a backslash is one, except before these.
    if (char === '\\' && /[$`"\\\n]/.test(escaped)) {
      if (escaped !== '\n') inner += escaped;
      at += 1;
    } else {
      inner += char;
    }
  }
  throw badCommand('a `"` is not closed');
}

function readEscaped(text: string, at: number): Piece {
  const escaped = text.charAt(at + 1);
  if (escaped === '') throw badCommand('it ends in a backslash');
  // A line that goes on.
  return { text: escaped === '\n' ? '' : escaped, next: at + 2 };
}

function needsShell(char: string): McoError {
  return new McoError('failed/bad-command', `\`${char}\` means something to a shell only`, {
    hint: 'name one, `shell=sh`, or put it in single quotes',
  });
}

const badCommand = (why: string): McoError => new McoError('failed/bad-command', `the command can't be read: ${why}`);
