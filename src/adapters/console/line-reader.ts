import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { TextOutput, TypedLine } from './screen.ts';

/** What people type into: `process.stdin`, or a test's stream. */
export type TextInput = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };

export interface LineReaderEvents {
  onLine(line: string): void;
  /** Ctrl-C on a terminal. */
  onInterrupt(): void;
  /** Ctrl-D, or the end of the input. */
  onEnd(): void;
  /** Something was typed while the prompt is hidden. */
  onHiddenTyping(line: string): void;
}

export interface LineReaderOptions extends LineReaderEvents {
  readonly input: TextInput;
  readonly output: TextOutput;
  /** With a prompt, line editing and a history in memory; otherwise lines are only read. */
  readonly interactive: boolean;
}

export interface LineReader extends TypedLine {
  /** Shows the prompt and what was typed ahead. */
  prompt(text: string): void;
  /** Keeps typing off the screen until the next prompt: answers are being written. */
  hide(): void;
  /** Throws away the line that is being typed; false when there is none. */
  discard(): boolean;
  /** Stops and continues reading, where that can be done without losing Ctrl-C. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Reads lines over node's readline. */
export function createLineReader(options: LineReaderOptions): LineReader {
  const { input, interactive } = options;
  const echo = new Echo(options.output);
  const reader = createInterface({
    input,
    ...(interactive ? { output: echo } : {}),
    terminal: interactive,
    historySize: 200,
    removeHistoryDuplicates: true,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let closed = false;
  const onKey = () => {
    if (echo.muted && !closed) options.onHiddenTyping(reader.line);
  };
  reader.on('line', options.onLine);
  reader.on('close', () => {
    closed = true;
    input.off('keypress', onKey);
    options.onEnd();
  });
  if (interactive) {
    reader.on('SIGINT', options.onInterrupt);
    input.on('keypress', onKey);
  }

  return {
    prompt(text) {
      if (closed || !interactive) return;
      echo.muted = false;
      reader.setPrompt(text);
      reader.prompt(true);
    },
    hide() {
      echo.muted = true;
    },
    lift() {
      if (closed || !interactive || echo.muted) return;
      const { rows } = reader.getCursorPos();
      options.output.write(`${rows > 0 ? `\u001b[${rows}A` : ''}\r\u001b[0J`);
      echo.muted = true;
      // While nothing is drawn no line wraps: so it forgets the rows that it would go back over.
      reader.prompt(true);
    },
    restore() {
      if (closed || !interactive) return;
      echo.muted = false;
      reader.prompt(true);
    },
    discard() {
      if (closed || reader.line === undefined || reader.line === '') return false;
      const { muted } = echo;
      echo.muted = true;
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
      echo.muted = muted;
      return true;
    },
    pause() {
      if (!interactive && !closed) reader.pause();
    },
    resume() {
      if (!interactive && !closed) reader.resume();
    },
    close: () => reader.close(),
  };
}

/** What readline draws goes through here, so that it can be kept off the screen for a while. */
class Echo extends Writable {
  muted = false;
  readonly #target: TextOutput;

  constructor(target: TextOutput) {
    super();
    this.#target = target;
  }

  /** While nothing is drawn no line wraps: readline would go back over rows that it never drew. */
  get columns(): number {
    return this.muted ? Number.POSITIVE_INFINITY : this.#target.columns || 80;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.muted) this.#target.write(chunk.toString());
    done();
  }
}
