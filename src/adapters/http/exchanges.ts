import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { HttpResponse, HttpRoute } from '../../core/http.ts';
import { callHandler, nameRoute } from './call-handler.ts';
import { createFullNotice, type FullNotice } from './full-notice.ts';
import type { HttpLimits } from './http-limits.ts';
import { declaresTooMuch, hasBody, pathOf, readRequest } from './read-request.ts';
import type { FindRoute } from './route-table.ts';
import { isLeaving, sayGoodbye } from './say-goodbye.ts';
import { writeAnswer } from './write-answer.ts';

export interface ExchangeSettings {
  readonly findRoute: FindRoute;
  readonly limits: HttpLimits;
  onProblem(problem: McoError): void;
}

interface Exchange {
  readonly response: ServerResponse;
  /** The request has come whole. */
  isWhole: boolean;
}

/** `writableEnded`: the answer is given, although it may still be on its way out. */
const isOpen = (exchange: Exchange | undefined): boolean => exchange?.response.writableEnded === false;

const BUSY: HttpResponse = { status: 503, headers: { 'retry-after': '1' } };

/** Requests and their answers. On a connection there is one at a time. */
export class Exchanges {
  readonly #settings: ExchangeSettings;
  readonly #full: FullNotice;
  /** The last exchange of each connection. */
  readonly #last = new WeakMap<Duplex, Exchange>();
  readonly #waiters = new Set<() => void>();
  #handlers = 0;
  #answers = 0;
  #isClosing = false;

  constructor(settings: ExchangeSettings) {
    const { maxHandlers } = settings.limits;
    this.#settings = settings;
    this.#full = createFullNotice(maxHandlers, () => {
      const text = `${maxHandlers} requests are being answered, more are sent away`;
      settings.onProblem(new McoError('failed/http-busy', text));
    });
  }

  /** Whether it would confuse the client to write to this connection now. */
  isAnswering(socket: Duplex): boolean {
    const last = this.#last.get(socket);
    return last?.isWhole === true && isOpen(last);
  }

  /** Takes a request whose headers have come. `expects`: the client waits to be told before it sends the rest. */
  receive(request: IncomingMessage, response: ServerResponse, expects: boolean): void {
    const { socket } = request;
    response.on('error', () => {});
    if (isLeaving(socket)) {
      request.resume();
      return;
    }
    // Behind a slow answer many small requests could wait, and nobody who calls us sends them ahead.
    if (isOpen(this.#last.get(socket))) {
      socket.destroy();
      return;
    }
    const exchange: Exchange = { response, isWhole: false };
    this.#last.set(socket, exchange);
    const { findRoute, limits } = this.#settings;
    const match = findRoute(request.method ?? '', pathOf(request));
    if ('status' in match) return this.#refuse(request, response, match);
    if (declaresTooMuch(request, match.route.maxBodyBytes ?? limits.maxBodyBytes)) {
      return this.#refuse(request, response, { status: 413 });
    }
    if (expects) response.writeContinue();
    void this.#answer(request, exchange, match);
  }

  /** Takes no more requests. Resolves when those that came are answered. */
  close(): Promise<void> {
    this.#isClosing = true;
    return new Promise((resolve) => {
      if (this.#answers === 0) resolve();
      else this.#waiters.add(resolve);
    });
  }

  async #answer(
    request: IncomingMessage,
    exchange: Exchange,
    { route, isHealth }: { readonly route: HttpRoute; readonly isHealth: boolean },
  ): Promise<void> {
    const { limits } = this.#settings;
    const whole = await readRequest(request, route.maxBodyBytes ?? limits.maxBodyBytes);
    if (whole === 'gone') return;
    if (whole === 'too-large') return sayGoodbye(request.socket, 413, limits);
    const { response } = exchange;
    exchange.isWhole = true;
    this.#answers++;
    response.on('close', () => this.#endAnswer());
    if (this.#isClosing) return writeAnswer(response, BUSY, true);
    // Health costs nothing, and a busy bot is not a dead one.
    if (isHealth) return writeAnswer(response, await route.handle(whole), false);
    if (this.#handlers >= limits.maxHandlers) {
      this.#full.noteFull();
      return writeAnswer(response, BUSY, false);
    }
    this.#handlers++;
    const answer = await callHandler(route, whole, limits.handlerMs).catch((thrown: unknown) => this.#fail(thrown));
    this.#full.noteCount(--this.#handlers);
    try {
      writeAnswer(response, answer, this.#isClosing);
    } catch (error) {
      writeAnswer(response, this.#fail(nameRoute(route, error)), this.#isClosing);
    }
  }

  #fail(thrown: unknown): HttpResponse {
    this.#settings.onProblem(toMcoError(thrown));
    return { status: 500 };
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { status, allow }: { readonly status: number; readonly allow?: string },
  ): void {
    request.resume();
    if (hasBody(request)) return sayGoodbye(request.socket, status, { ...this.#settings.limits, allow });
    writeAnswer(response, { status, ...(allow === undefined ? {} : { headers: { allow } }) }, this.#isClosing);
  }

  #endAnswer(): void {
    this.#answers--;
    if (this.#answers > 0) return;
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
