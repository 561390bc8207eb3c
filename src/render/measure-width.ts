const PLAIN = /^[ -~]*$/;

const COMBINING = /\p{M}/u;

/** The wide blocks of Unicode's East Asian Width, roughly: enough to keep columns and carets in place. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many terminal columns escaped text takes. */
export function measureWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (character >= '\u0300' && COMBINING.test(character)) continue;
    width += character >= '\u1100' && WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** The widest of some texts; 0 when there are none. */
export const measureWidest = (texts: Iterable<string>): number => {
  let widest = 0;
  for (const text of texts) widest = Math.max(widest, measureWidth(text));
  return widest;
};

/** Text moved to the right end of `width` columns. */
export const alignRight = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - measureWidth(text))) + text;

/** Text filled up with spaces to `width` columns. */
export const alignLeft = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - measureWidth(text)));
