import { McoError } from '../../core/errors.ts';
import type { HttpRoute } from '../../core/http.ts';

/** Says that the process is there and answers, and nothing else. */
const HEALTH: HttpRoute = {
  method: 'GET',
  path: '/healthz',
  handle: async () => ({ status: 200, body: 'ok' }),
};

const PATH = /^\/[A-Za-z0-9._~/-]{0,199}$/;

/** Who answers a request, or why nobody does. */
export type Match =
  | { readonly route: HttpRoute; readonly isHealth: boolean }
  | { readonly status: 404 | 405; readonly allow?: string };

export type FindRoute = (method: string, path: string) => Match;

/**
 * `/healthz` and the given routes. `HEAD` is answered wherever `GET` is.
 *
 * @throws McoError `usage/route` when two routes answer the same, or a path is none
 */
export function buildRouteTable(routes: readonly HttpRoute[]): FindRoute {
  const byPath = new Map<string, Map<string, HttpRoute>>();
  for (const route of [HEALTH, ...routes]) {
    const { method, path } = route;
    if (!PATH.test(path)) throw new McoError('usage/route', `\`${path}\` is not a path such as \`/slack/events\``);
    const methods = byPath.get(path) ?? new Map<string, HttpRoute>();
    if (methods.has(method)) {
      const hint = 'give each chat a path of its own';
      throw new McoError('usage/route', `two would answer \`${method} ${path}\``, { hint });
    }
    byPath.set(path, methods.set(method, route));
  }
  return (method, path) => {
    // INVARIANT: paths compare by equality: no decoding, no `..`, no case.
    const methods = byPath.get(path);
    if (methods === undefined) return { status: 404 };
    const route = methods.get(method === 'HEAD' ? 'GET' : method);
    if (route !== undefined) return { route, isHealth: route === HEALTH };
    const allow = [...methods.keys()].flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]));
    return { status: 405, allow: allow.join(', ') };
  };
}
