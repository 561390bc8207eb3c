import { ApiError, invalidBody, notFound, sessionExpired } from './api-error.ts';
import { type ApiAnswer, type ApiRoute, matchPath } from './api-route.ts';
import { channelRoutes } from './channel-routes.ts';
import { useCommandHook } from './commands.ts';
import { findUserByToken } from './permissions.ts';
import { postRoutes } from './post-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { teamRoutes } from './team-routes.ts';
import { userRoutes } from './user-routes.ts';
import type { User, World } from './world.ts';

const ROUTES: readonly ApiRoute[] = [...systemRoutes, ...userRoutes, ...teamRoutes, ...channelRoutes, ...postRoutes];
const API = '/api/v4';

export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly authorization: string;
  readonly raw: Buffer;
}

/** The body as JSON; undefined when there is none; `invalid` when it says JSON but is not. */
export function parseBody(call: RawCall): { value: unknown; isInvalid: boolean } {
  if (call.raw.length === 0 || call.contentType.startsWith('multipart/')) return { value: undefined, isInvalid: false };
  try {
    return { value: JSON.parse(call.raw.toString('utf8')), isInvalid: false };
  } catch {
    return { value: undefined, isInvalid: true };
  }
}

/** Answers one call. Throws `ApiError` for what is refused. */
export async function handleCall(world: World, call: RawCall): Promise<ApiAnswer> {
  const hook = /^\/hooks\/commands\/([a-z0-9]+)$/.exec(call.path)?.[1];
  if (hook !== undefined && call.method === 'POST') {
    useCommandHook(world, hook, parseBody(call).value);
    return { status: 200, text: 'ok' };
  }
  const found = findRoute(call);
  if (found === undefined) throw notFound('api.context.404.app_error', 'page');
  const user = authenticate(world, call.authorization);
  if (user === undefined && found.route.isOpen !== true) throw sessionExpired();
  const body = parseBody(call);
  if (body.isInvalid) throw invalidBody('body');
  const { query, raw, contentType } = call;
  const { params } = found;
  // An open route never reads the user.
  return found.route.handle({ world, user: user as User, params, query, body: body.value, raw, contentType });
}

function findRoute(call: RawCall): { route: ApiRoute; params: Record<string, string> } | undefined {
  if (!call.path.startsWith(`${API}/`)) return undefined;
  const path = call.path.slice(API.length);
  for (const route of ROUTES) {
    const params = route.method === call.method ? matchPath(route.path, path) : undefined;
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function authenticate(world: World, authorization: string): User | undefined {
  const token = /^bearer (.+)$/i.exec(authorization)?.[1];
  return token === undefined ? undefined : findUserByToken(world, token);
}

/** What an unexpected error inside becomes: an answer a test can see, never a hanging call. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(500, 'test_server.failed', String(error));
