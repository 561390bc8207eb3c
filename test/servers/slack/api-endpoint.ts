import { type Answer, type Asked, answerJson, answerRateLimited } from './call-log.ts';
import { CHAT_METHODS } from './chat-methods.ts';
import { CONVERSATION_METHODS } from './conversation-methods.ts';
import { DIRECTORY_METHODS } from './directory-methods.ts';
import { FILE_METHODS } from './file-methods.ts';
import type { Method } from './method.ts';
import { MethodError } from './method-error.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { type Arguments, parseBody } from './read-arguments.ts';
import type { SlackChaos } from './slack-types.ts';
import type { Workspace } from './workspace.ts';

/**
 * What the app's manifest has to ask for: nothing that it asks for is unused, and nothing that it uses is missing.
 * `channels:history`, `groups:history`: looking whether a message arrived before it is sent again.
 */
export const DEFAULT_SCOPES: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'files:write',
  'groups:history',
  'im:history',
  'im:write',
  'usergroups:read',
  'users:read',
];

export interface ApiRequest {
  readonly method: string;
  readonly verb: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface ApiOptions {
  readonly workspace: Workspace;
  readonly chaos: SlackChaos;
  readonly botToken: string;
  readonly appToken: string;
  /** `apps.connections.open`: a new URL for a socket. */
  openConnection(): Record<string, unknown>;
  runCall(asked: Asked): Promise<Answer>;
}

/** The Web API: who calls, whether they may, how often, and then the method itself. */
export function createApiEndpoint(options: ApiOptions): (request: ApiRequest) => Promise<Answer> {
  const { workspace, chaos, runCall } = options;
  const takeRate = createRateLimiter(workspace.clock);
  const methods: Readonly<Record<string, Method>> = {
    ...CHAT_METHODS,
    ...CONVERSATION_METHODS,
    ...DIRECTORY_METHODS,
    ...FILE_METHODS,
    'apps.connections.open': { token: 'app', findScope: () => undefined, run: options.openConnection },
  };

  function checkToken(token: string | undefined, method: Method): void {
    if (token === undefined || token === '') throw new MethodError('not_authed');
    if (chaos.authError !== undefined) throw new MethodError(chaos.authError);
    if (token !== options.botToken && token !== options.appToken) throw new MethodError('invalid_auth');
    if ((token === options.appToken) !== (method.token === 'app')) throw new MethodError('not_allowed_token_type');
  }

  function checkScope(method: Method, args: Arguments): void {
    const needed = method.findScope(workspace, args);
    if (needed === undefined || workspace.scopes.has(needed)) return;
    throw new MethodError('missing_scope', { needed, provided: [...workspace.scopes].join(',') });
  }

  function call(name: string, method: Method, args: Arguments): ReturnType<Asked['run']> {
    const channel = typeof args.channel === 'string' ? args.channel : undefined;
    const wait = takeRate(name, channel);
    if (wait !== undefined) return answerRateLimited(wait);
    try {
      checkScope(method, args);
      return answerJson(200, { ok: true, ...method.run(workspace, args) });
    } catch (error) {
      return answerError(error);
    }
  }

  return async (request) => {
    let args: Record<string, unknown> = {};
    try {
      const parsed = parseBody(request.contentType, request.body);
      args = parsed.args;
      const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
      if (method === undefined) throw new MethodError('unknown_method', { req_method: request.method });
      if (method.token === 'app' && request.verb !== 'POST') throw new MethodError('insecure_request');
      const bodyToken = method.token === 'app' ? undefined : parsed.token;
      checkToken(/^Bearer (\S+)$/.exec(request.authorization ?? '')?.[1] ?? bodyToken, method);
      const answer = await runCall({ method: request.method, args, run: () => call(request.method, method, args) });
      return 'cut' in answer ? answer : { ...answer, headers: { ...answer.headers, ...showScopes(workspace) } };
    } catch (error) {
      return await runCall({ method: request.method, args, run: () => answerError(error) });
    }
  };
}

function showScopes(workspace: Workspace): Record<string, string> {
  return { 'x-oauth-scopes': [...workspace.scopes].join(',') };
}

function answerError(error: unknown): ReturnType<Asked['run']> {
  if (!(error instanceof MethodError)) throw error;
  return { ...answerJson(200, { ok: false, error: error.code, ...error.extras }), error: error.code };
}
