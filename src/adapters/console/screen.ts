import type { Clock } from '../../core/ports.ts';
import { type CursorKeeper, createCursorKeeper, type Lifetime } from './cursor-keeper.ts';
import { createPaint, type Paint } from './paint-text.ts';
import { countRows } from './text-width.ts';

/** Ten redraws a second are smooth enough, and cheap over a slow line. */
const REDRAW_MS = 100;

/** A stream to write to: `process.stdout`, or a test's. */
export interface TextOutput {
  write(text: string, done?: (error?: Error | null) => void): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface ScreenOptions {
  readonly output: TextOutput;
  readonly clock: Clock;
  /** `NO_COLOR` and `TERM` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the program's end is heard of; `process`. */
  readonly lifetime: Lifetime;
}

/** Text that is redrawn in place until it is closed. */
export interface LiveArea {
  /** Newest text wins; several lines are allowed. Nothing is drawn where the screen is not interactive. */
  show(text: string): void;
  /** Takes the area off the screen. */
  close(): void;
}

/** A line that is being typed below everything else. */
export interface TypedLine {
  /** Takes it off the screen: the cursor is where it began. */
  lift(): void;
  /** Draws it where the cursor is. */
  restore(): void;
}

/** A terminal, or what stands in for it: permanent lines, and live ones below them. */
export interface Screen {
  /** Whether lines can be redrawn: a terminal that is not a dumb one. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly paint: Paint;
  /** Writes text and a line end above the live lines. Resolves when it is written, also when nobody reads any more. */
  print(text: string): Promise<void>;
  /** @param place `bottom`: below the areas that are or come to be there; default: below those that are */
  addLive(place?: 'bottom'): LiveArea;
  /** Takes all live areas off for good: nobody waits for what they would show. */
  closeLive(): void;
  /** From now on this line stands below whatever is printed; undefined: none does. */
  keepBelow(line: TypedLine | undefined): void;
}

/** Everything that writes to one terminal shares one of these: otherwise lines would mix. */
export function createScreen(options: ScreenOptions): Screen {
  const { output, clock, env } = options;
  const interactive = output.isTTY === true && env.TERM !== 'dumb';
  const paint = createPaint(interactive && (env.NO_COLOR ?? '') === '');
  const cursor = createCursorKeeper((text) => output.write(text), options.lifetime);
  const drawing = createDrawing(output, cursor);
  const areas = new Map<LiveArea, string>();
  const bottomAreas = new Map<LiveArea, string>();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let cancelRedraw: (() => void) | undefined;

  let typed: TypedLine | undefined;

  const drawAboveTyped = (draw: () => void) => {
    typed?.lift();
    draw();
    typed?.restore();
  };
  const drawLive = () => {
    cancelRedraw?.();
    cancelRedraw = undefined;
    drawnAt = clock.now();
    drawing.replace([...areas.values(), ...bottomAreas.values()].filter((text) => text !== '').join('\n'));
  };
  const redraw = () => drawAboveTyped(drawLive);
  const redrawSoon = () => {
    if (!interactive || cancelRedraw !== undefined) return;
    const waitMs = drawnAt + REDRAW_MS - clock.now();
    if (waitMs <= 0) redraw();
    else cancelRedraw = clock.after(waitMs, redraw);
  };
  const redrawNow = () => {
    if (interactive) redraw();
  };

  return {
    interactive,
    get columns() {
      return output.columns || 80;
    },
    paint,
    print(text) {
      return new Promise<void>((resolve) =>
        drawAboveTyped(() => {
          drawing.erase();
          output.write(`${text}\n`, () => resolve());
          if (interactive) drawLive();
        }),
      );
    },
    addLive(place) {
      const group = place === 'bottom' ? bottomAreas : areas;
      const area: LiveArea = {
        show(text) {
          if (!group.has(area) || group.get(area) === text) return;
          group.set(area, text);
          redrawSoon();
        },
        close() {
          if (group.delete(area)) redrawNow();
        },
      };
      group.set(area, '');
      return area;
    },
    closeLive() {
      areas.clear();
      bottomAreas.clear();
      redrawNow();
    },
    keepBelow(line) {
      typed = line;
    },
  };
}

/** What is drawn of the live lines, and how to get rid of it. */
function createDrawing(output: TextOutput, cursor: CursorKeeper) {
  let lines: readonly string[] = [];

  const eraseSequence = () => {
    // Counted anew with today's width: a terminal wraps what is on it again when its size changes.
    const rows = lines.reduce((sum, line) => sum + countRows(line, output.columns || 80), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[0J`;
  };
  return {
    erase() {
      const sequence = eraseSequence();
      if (sequence !== '') output.write(sequence);
      lines = [];
    },
    replace(text: string) {
      const next = text === '' ? [] : fitRows(text.split('\n'), output);
      const erase = eraseSequence();
      if (next.length > 0) cursor.hide();
      const drawn = next.map((line) => `${line}\n`).join('');
      if (erase + drawn !== '') output.write(erase + drawn);
      lines = next;
      if (next.length === 0) cursor.show();
    },
  };
}

/** The last lines that fit: what has left the top of the screen can't be redrawn. */
function fitRows(lines: readonly string[], output: TextOutput): readonly string[] {
  let room = (output.rows || 24) - 1;
  let first = lines.length;
  while (first > 0) {
    room -= countRows(lines[first - 1] ?? '', output.columns || 80);
    if (room < 0) break;
    first--;
  }
  return lines.slice(first);
}
