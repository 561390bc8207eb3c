const ACTION_GLOB = /^[a-z0-9_*]{1,64}(?:\.[a-z0-9_*]{1,64})?$/;

/**
 * Whether the whole text matches the glob, in which `*` stands for any characters, none included; nothing else is
 * special. Never backtracks over more than one `*`, so time grows with the two lengths only.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return glob === text;
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

/** Whether the text is a glob over `AGENT.ACTION` that can match anything at all: `package` alone never could. */
export function isActionGlob(text: string): boolean {
  return ACTION_GLOB.test(text) && (text.includes('.') || text.includes('*'));
}
