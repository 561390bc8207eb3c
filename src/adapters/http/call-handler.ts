import { McoError, toMcoError } from '../../core/errors.ts';
import { escapeText } from '../../core/escape-text.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../core/http.ts';

const MAX_MESSAGE_LENGTH = 500;

/**
 * Has a handler answer.
 *
 * @throws McoError what the handler threw, with its route named; `failed/http-handler` when it takes too long
 */
export async function callHandler(route: HttpRoute, request: HttpRequest, handlerMs: number): Promise<HttpResponse> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `no answer within ${handlerMs / 1000} s`;
    timer = setTimeout(() => reject(new McoError('failed/http-handler', text)), handlerMs);
    timer.unref();
  });
  try {
    return await Promise.race([route.handle(request), late]);
  } catch (error) {
    throw nameRoute(route, error);
  } finally {
    clearTimeout(timer);
  }
}

/** INVARIANT: what a handler says of a request may hold words of the request. */
export function nameRoute({ method, path }: HttpRoute, thrown: unknown): McoError {
  const { code, message, hint } = toMcoError(thrown);
  const text = `${method} ${path}: ${escapeText(message, MAX_MESSAGE_LENGTH)}`;
  return new McoError(code, text, { hint, cause: thrown });
}
