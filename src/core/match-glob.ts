/**
 * Whether the whole text matches the glob, in which `*` stands for any characters, none included; nothing else is
 * special. Never backtracks over more than one `*`, so time grows with the two lengths only.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const star = glob.indexOf('*');
  // A policy asks this a thousand times for each decision, and nearly all globs are one of these two.
  if (star === -1) return glob === text;
  if (star === glob.length - 1) return text.startsWith(glob.slice(0, -1));
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop() ?? '';
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  const end = text.length - tail.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, from);
    if (found === -1 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
