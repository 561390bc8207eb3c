import { EventEmitter } from 'node:events';
import type { Lifetime } from '../../../../src/adapters/console/cursor-keeper.ts';
import { characterWidth } from '../../../../src/adapters/console/text-width.ts';

const ESC = '\u001b';
const PARTS = new RegExp(`${ESC}\\[\\??[\\d;]*[A-Za-z]|[^${ESC}]`, 'gsu');
const SEQUENCE = new RegExp(`^${ESC}\\[(\\??)(\\d*)[\\d;]*([A-Za-z])$`);

/** As much of a terminal as is needed to see what a person would see: wrapping, going up, erasing, the cursor. */
export class FakeTerminal {
  readonly isTTY: boolean;
  readonly rows: number;
  columns: number;
  raw = '';
  writes = 0;
  cursorVisible = true;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor({ isTTY = true, columns = 40, rows = 24 } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string, done?: () => void): boolean {
    this.raw += text;
    this.writes++;
    for (const part of text.match(PARTS) ?? []) this.#apply(part);
    done?.();
    return true;
  }

  /** The rows on the screen, without the empty ones at the end. */
  get screen(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #apply(part: string): void {
    const sequence = SEQUENCE.exec(part);
    if (sequence !== null) this.#control(sequence[1] ?? '', Number(sequence[2] || '1'), sequence[3] ?? '');
    else if (part === '\n') this.#moveTo(this.#row + 1, 0);
    else if (part === '\r') this.#column = 0;
    else this.#put(part);
  }

  #control(mark: string, count: number, letter: string): void {
    if (mark === '?') this.cursorVisible = letter === 'h';
    else if (letter === 'A') this.#row = Math.max(0, this.#row - count);
    else if (letter === 'G') this.#column = count - 1;
    else if (letter === 'J') {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    }
  }

  #put(character: string): void {
    const width = characterWidth(character);
    if (this.#column + width > this.columns) this.#moveTo(this.#row + 1, 0);
    const line = this.#lines[this.#row] ?? '';
    this.#lines[this.#row] =
      line.slice(0, this.#column).padEnd(this.#column) + character + line.slice(this.#column + 1);
    this.#column += width;
  }

  #moveTo(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    while (this.#lines.length <= row) this.#lines.push('');
  }
}

/** Stands for `process`: its end can be played, and the signals it sends to itself are remembered. */
export interface FakeLifetime extends Lifetime {
  readonly sent: string[];
  readonly events: EventEmitter;
}

export function createFakeLifetime(): FakeLifetime {
  const events = new EventEmitter();
  const sent: string[] = [];
  const lifetime = {
    on: events.on.bind(events),
    off: events.off.bind(events),
    listenerCount: events.listenerCount.bind(events),
    pid: 1,
    kill: (_pid: number, signal: string) => sent.push(signal) > 0,
    sent,
    events,
  };
  return lifetime as unknown as FakeLifetime;
}
