import { toMcoError } from '../../core/errors.ts';
import { EXIT } from '../../core/report.ts';
import { type ChatPerson, describeChat, describePeople, readChatLine } from './chat-line.ts';
import type { Lifetime } from './cursor-keeper.ts';
import { createLineReader, type LineReader, type TextInput } from './line-reader.ts';
import type { LiveArea, Screen, TextOutput } from './screen.ts';

/** How many lines may wait; more are not read (pipe) or not taken (terminal). */
const MAX_WAITING = 100;

/** What a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

export interface TerminalChatOptions {
  readonly input: TextInput;
  /** The stream that `screen` draws on; typing is echoed to it. */
  readonly output: TextOutput;
  readonly screen: Screen;
  /** Where SIGINT and SIGTERM are heard of; `process`. */
  readonly lifetime: Pick<Lifetime, 'on' | 'off'>;
  /** Whose parts can be played; the first one speaks at the start. */
  readonly people: readonly [ChatPerson, ...ChatPerson[]];
  /** Printed first on a terminal. */
  readonly greeting: string;
  /** Complete commands with their `/mco`, shown by `/help`. */
  readonly examples: readonly string[];
  /** Makes text that was typed or pasted safe to print. */
  escapeText(text: string): string;
  /**
   * Runs a command, `/mco ...` as it was typed, and shows its answer on `screen`. Ctrl-C aborts the signal.
   * Resolves with the command's exit code.
   */
  onCommand(text: string, person: ChatPerson, signal: AbortSignal): Promise<number>;
}

/**
 * A chat in a terminal, until `/quit` or the end of the input. One command runs at a time and the others wait, so
 * that answers never mix. Where the input is no terminal its lines are run in order.
 *
 * @returns the exit code: the last command's; 0 after a conversation on a terminal; 130 when it was interrupted
 */
export function runTerminalChat(options: TerminalChatOptions): Promise<number> {
  return new Promise((resolve) => {
    const chat = new TerminalChat(options, resolve);
    chat.start();
  });
}

class TerminalChat {
  readonly #options: TerminalChatOptions;
  readonly #leave: (exitCode: number) => void;
  readonly #interactive: boolean;
  readonly #reader: LineReader;
  readonly #waiting: string[] = [];
  #person: ChatPerson;
  #running: AbortController | undefined;
  #typedAhead: LiveArea | undefined;
  #exitCode = 0;
  #pumping = false;
  #ended = false;
  #left = false;
  #askedToLeave = false;

  constructor(options: TerminalChatOptions, resolve: (exitCode: number) => void) {
    const { input, output } = options;
    this.#options = options;
    this.#person = options.people[0];
    this.#interactive = input.isTTY === true && output.isTTY === true;
    this.#leave = (exitCode) => {
      if (this.#left) return;
      this.#left = true;
      options.lifetime.off('SIGINT', this.#interrupt);
      options.lifetime.off('SIGTERM', this.#stop);
      options.screen.keepBelow(undefined);
      this.#reader.close();
      options.screen.closeLive();
      resolve(exitCode);
    };
    this.#reader = createLineReader({
      input,
      output,
      interactive: this.#interactive,
      onLine: (line) => this.#take(line),
      onInterrupt: () => this.#interrupt(),
      onEnd: () => this.#end(),
      onHiddenTyping: (line) => this.#showTypedAhead(line),
    });
  }

  start(): void {
    this.#options.lifetime.on('SIGINT', this.#interrupt);
    this.#options.lifetime.on('SIGTERM', this.#stop);
    if (!this.#interactive) return;
    this.#say(this.#options.greeting);
    this.#prompt();
  }

  #take(line: string): void {
    if (this.#left) return;
    this.#askedToLeave = false;
    if (this.#waiting.length >= MAX_WAITING && this.#interactive) {
      this.#say(`too many commands are waiting; not taken: ${this.#options.escapeText(line)}`);
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length >= MAX_WAITING) this.#reader.pause();
    if (!this.#pumping) void this.#pump();
    else if (this.#interactive && line.trim() !== '') {
      this.#say(this.#options.screen.paint.dim(`waits for its turn: ${this.#options.escapeText(line)}`));
    }
  }

  /** Runs what waits, one after the other. The line that started it is on the screen already, the others are not. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    this.#options.screen.keepBelow(undefined);
    this.#reader.hide();
    let echoed = true;
    for (let line = this.#waiting.shift(); line !== undefined && !this.#left; line = this.#waiting.shift()) {
      if (this.#interactive && !echoed) this.#say(this.#promptText() + this.#options.escapeText(line));
      echoed = false;
      await this.#run(line);
      if (this.#waiting.length === 0) this.#reader.resume();
    }
    this.#pumping = false;
    this.#typedAhead?.close();
    this.#typedAhead = undefined;
    if (this.#ended) this.#leave(this.#interactive ? 0 : this.#exitCode);
    else if (!this.#left) this.#prompt();
  }

  async #run(line: string): Promise<void> {
    const { people, examples, escapeText } = this.#options;
    const meaning = readChatLine(line, people);
    switch (meaning.kind) {
      case 'nothing':
        return;
      case 'command':
        await this.#runCommand(meaning.text);
        return;
      case 'as':
        this.#person = meaning.person;
        return this.#say(`you are ${this.#person.name} now · ${this.#person.about}`);
      case 'people':
        return this.#say(describePeople(people, this.#person));
      case 'help':
        return this.#say(describeChat(examples, people));
      case 'quit':
        return this.#leave(this.#interactive ? 0 : this.#exitCode);
      case 'mistake':
        this.#exitCode = EXIT.refused;
        return this.#say(escapeText(`${meaning.message}: ${meaning.hint}`));
    }
  }

  async #runCommand(text: string): Promise<void> {
    this.#running = new AbortController();
    try {
      this.#exitCode = await this.#options.onCommand(text, this.#person, this.#running.signal);
    } catch (thrown) {
      this.#exitCode = EXIT.failed;
      this.#say(this.#options.escapeText(toMcoError(thrown).message));
    } finally {
      this.#running = undefined;
      if (this.#interactive) this.#say('');
    }
  }

  readonly #interrupt = (): void => {
    if (this.#running !== undefined) return this.#cancel(this.#running);
    if (!this.#interactive || this.#ended) return this.#leave(INTERRUPTED);
    const typed = this.#reader.discard();
    this.#options.screen.keepBelow(undefined);
    this.#say('^C');
    if (!typed && this.#askedToLeave) return this.#leave(0);
    this.#askedToLeave = !typed;
    if (!typed) this.#say('Ctrl-C again, or /quit, leaves');
    this.#prompt();
  };

  /** SIGTERM: what runs is cancelled and brought to its end, nothing else is begun. */
  readonly #stop = (): void => {
    this.#ended = true;
    this.#waiting.length = 0;
    if (this.#running === undefined) return this.#leave(0);
    this.#running.abort();
  };

  /** The first Ctrl-C stops waiting for answers; the second one leaves without them. */
  #cancel(running: AbortController): void {
    if (running.signal.aborted) return this.#leave(INTERRUPTED);
    const dropped = this.#waiting.length;
    this.#waiting.length = 0;
    this.#reader.resume();
    const also = dropped === 0 ? '' : `; ${dropped} waiting ${dropped === 1 ? 'line' : 'lines'} dropped`;
    if (this.#interactive) this.#say(`cancelling${also} (Ctrl-C again leaves at once)`);
    running.abort();
  }

  #end(): void {
    this.#ended = true;
    if (this.#left) return;
    this.#options.screen.keepBelow(undefined);
    if (this.#interactive) this.#say(this.#pumping ? 'leaving when this is done; Ctrl-C cancels it' : '');
    if (!this.#pumping) this.#leave(this.#interactive ? 0 : this.#exitCode);
  }

  #showTypedAhead(line: string): void {
    if (this.#left || !this.#pumping) return;
    this.#typedAhead ??= this.#options.screen.addLive('bottom');
    this.#typedAhead.show(line === '' ? '' : this.#promptText() + this.#options.escapeText(line));
  }

  #promptText(): string {
    return `${this.#person.name}> `;
  }

  #prompt(): void {
    this.#reader.prompt(this.#promptText());
    // What arrives by itself is printed above what is being typed.
    if (this.#interactive && this.#options.screen.interactive) this.#options.screen.keepBelow(this.#reader);
  }

  #say(text: string): void {
    void this.#options.screen.print(text);
  }
}
