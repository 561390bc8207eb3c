import type { RunNote, Surface } from '../../core/surface.ts';
import type { Screen, TextOutput } from './screen.ts';

export interface NoteOutput {
  readonly screen: Screen;
  /** `process.stderr`. */
  readonly output: TextOutput;
  /** What it returns is safe to print. */
  drawNote(note: RunNote): string;
}

/**
 * What nodes say on their way goes to standard error: it is no part of the answer, which somebody may pipe on. A terminal
 * that is redrawn prints it above what is.
 */
export function divertNotes(surface: Surface, { screen, output, drawNote }: NoteOutput): Surface {
  return {
    ...surface,
    async open(view) {
      const thread = await surface.open(view);
      return {
        ...thread,
        async note(note) {
          const text = drawNote(note).replace(/\n+$/, '');
          if (screen.interactive) return await screen.print(text);
          output.write(`${text}\n`);
        },
      };
    },
  };
}
