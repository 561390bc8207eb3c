/** Stands where text was cut. */
export const CUT_MARK = '…';

/**
 * Controls, formatting (bidi, zero-width, tags), lone surrogates, private and unassigned characters, line separators and
 * everything else that is meant to be invisible. Unicode's own classes, so that nothing is forgotten.
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function showUnsafe(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/**
 * One line of text that is safe to show: whatever could steer a terminal or hide in a chat becomes visible, `\x1b`, `\u202e`.
 *
 * @param maxLength of what comes back, UTF-16 units; longer text is cut and ends in a mark
 */
export function escapeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  // INVARIANT: text of nodes and users reaches a terminal or a chat through here only.
  if (text.length <= maxLength) {
    const shown = text.replace(UNSAFE, showUnsafe);
    if (shown.length <= maxLength) return shown;
  }
  let shown = '';
  for (const character of text) {
    const next = character.replace(UNSAFE, showUnsafe);
    if (shown.length + next.length + CUT_MARK.length > maxLength) break;
    shown += next;
  }
  return shown + CUT_MARK;
}

/**
 * Text of several lines, each one escaped and cut. Tabs become spaces here: they are layout in a program's output.
 *
 * @param maxLines when there are more, the last one is only the cut mark
 */
export function escapeLines(text: string, maxLines: number, maxLength: number): string[] {
  const lines = text.trimEnd().split('\n', maxLines + 1);
  const shown = lines
    .slice(0, maxLines)
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).replaceAll('\t', '    '))
    .map((line) => escapeText(line, maxLength));
  return lines.length > maxLines ? [...shown.slice(0, -1), CUT_MARK] : shown;
}

/**
 * What a terminal would show of what a program wrote: of a line that it drew over, such as a progress bar, the last state.
 * Only for a program's own words: of what a person typed nothing may vanish.
 */
export function dropOverdrawn(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .split('\n')
    .map((line) => {
      let end = line.length;
      while (line.charAt(end - 1) === '\r') end -= 1;
      const shown = line.slice(0, end);
      return shown.slice(shown.lastIndexOf('\r') + 1);
    })
    .join('\n');
}

/** JSON text with the same value in which every unsafe character is a `\u` escape; lines end in plain newlines. */
export function writeJsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
