/** Adds colour to text that already says everything without it. */
export interface Paint {
  /** Colours the outcome word that a line starts with: `PARTIAL · 142 OK ...`. */
  outcome(text: string): string;
  dim(text: string): string;
}

const GREEN = '32';
const YELLOW = '33';
const RED = '31';
const CYAN = '36';

const OUTCOMES: readonly (readonly [word: string, colour: string])[] = [
  ['OK', GREEN],
  ['APPROVED', GREEN],
  ['DISCOVERING', CYAN],
  ['RUNNING', CYAN],
  ['PARTIAL', YELLOW],
  ['AWAITING APPROVAL', YELLOW],
  ['CANCELLED', YELLOW],
  ['FAILED', RED],
  ['DENIED', RED],
  ['NO RESPONSE', RED],
  ['NO MATCH', YELLOW],
  ['NOT SENT', RED],
  ['UNKNOWN', RED],
];

/** @param enabled false leaves everything as it is: no terminal, `NO_COLOR` (no-color.org), or a dumb terminal */
export function createPaint(enabled: boolean): Paint {
  if (!enabled) return { outcome: (text) => text, dim: (text) => text };
  return {
    outcome: (text) => text.split('\n').map(paintLine).join('\n'),
    dim: (text) => `\u001b[2m${text}\u001b[22m`,
  };
}

function paintLine(line: string): string {
  const found = OUTCOMES.find(([word]) => line === word || line.startsWith(`${word} `));
  if (found === undefined) return line;
  const [word, colour] = found;
  return `\u001b[1;${colour}m${word}\u001b[0m${line.slice(word.length)}`;
}
