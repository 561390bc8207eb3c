// A CommonJS package whose names Node does not find.
import sdk from '@mattermost/client';
import * as v from 'valibot';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { createRateGate, type RateGate } from './rate-gate.ts';
import { type SendContext, sendRequest } from './send-request.ts';

type CallOptions = Parameters<InstanceType<typeof sdk.Client4>['getOptions']>[0];

export interface RestClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
}

/**
 * The SDK's client with another way to send: the stock one has no time limit, reads answers of any size, follows
 * redirects and forgets `Retry-After`. Every method throws the errors of a `Chat`.
 */
export class RestClient extends sdk.Client4 {
  readonly gate: RateGate;
  readonly #context: SendContext;

  constructor({ url, token, clock }: RestClientOptions) {
    super();
    this.setUrl(url);
    this.setToken(token);
    this.gate = createRateGate(clock);
    this.#context = { clock, gate: this.gate, inFlight: new Set() };
  }

  protected override doFetch = async <T>(url: string, options: CallOptions): Promise<T> => {
    const body = await sendRequest(this.#context, url, this.getOptions(options) as RequestInit);
    try {
      return JSON.parse(body) as T;
    } catch {
      throw new McoError('unreachable/chat', 'what answered was not Mattermost: no JSON came back');
    }
  };

  /** The members of a group of the licensed kind, which the SDK has no method for. */
  getGroupMembers(group: string, page: number, perPage: number): Promise<unknown> {
    return this.doFetch(`${this.getGroupRoute(group)}/members?page=${page}&per_page=${perPage}`, { method: 'get' });
  }

  /** Answers a slash command after its time: no token goes there, the id is the whole right. */
  async answerCommand(hook: string, answer: object): Promise<void> {
    await sendRequest(this.#context, `${this.getUrl()}/hooks/commands/${hook}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer),
    });
  }

  /** Resolves when everything that was sent has been answered. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#context.inFlight]);
  }
}

/**
 * The parts of an answer that are used, checked.
 *
 * @throws McoError `unreachable/chat` for an answer of another shape
 */
export function readAnswer<T extends v.GenericSchema>(schema: T, answer: unknown): v.InferOutput<T> {
  const read = v.safeParse(schema, answer);
  if (read.success) return read.output;
  throw new McoError('unreachable/chat', 'Mattermost answered in a shape that is not known');
}
