import { stripVTControlCharacters } from 'node:util';

/** Combining marks and formatting characters take no column. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** East Asian wide and full-width blocks and emoji, as terminals draw them (Unicode TR 11, the blocks in common use). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal a character takes: 0, 1 or 2. */
export function characterWidth(character: string): number {
  if (character.length === 1 && character >= ' ' && character <= '~') return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * How many rows a line takes on a terminal that is `columns` wide. Colour sequences take no room; a line that ends in
 * the last column does not start another row.
 */
export function countRows(line: string, columns: number): number {
  let rows = 1;
  let column = 0;
  for (const character of stripVTControlCharacters(line)) {
    const width = characterWidth(character);
    if (column + width > columns) {
      rows++;
      column = 0;
    }
    column += width;
  }
  return rows;
}

/**
 * Cuts plain text into pieces of at most `columns` columns, at least one character each: behind a blank where there is one,
 * so that words stay whole.
 */
export function wrapLine(line: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let column = 0;
  for (const character of line) {
    const width = characterWidth(character);
    if (column + width > columns && piece !== '') {
      const cut = character === ' ' ? piece.length : findCut(piece);
      pieces.push(piece.slice(0, cut));
      piece = piece.slice(cut);
      column = measure(piece);
    }
    piece += character;
    column += width;
  }
  return [...pieces, piece];
}

/** Behind the last blank that has a word before it; else at the end. */
function findCut(piece: string): number {
  const cut = piece.lastIndexOf(' ') + 1;
  return piece.slice(0, cut).trim() === '' ? piece.length : cut;
}

function measure(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}
