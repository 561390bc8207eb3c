const PLAIN = /^[A-Za-z0-9_.,:@%+=/-]+$/;

/** A word as `splitWords` (and a POSIX shell) reads it back: bare where it can be, else in single or double quotes. */
export function quoteWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  return `"${text.replace(/["\\$`]/g, '\\$&')}"`;
}
