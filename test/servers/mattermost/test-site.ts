import { startMattermostServer } from './server.ts';
import type { MattermostServer, MattermostServerOptions } from './types.ts';

export interface ApiResult {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface TestSite {
  readonly server: MattermostServer;
  readonly team: string;
  /** A public channel of alice and the bot; bob is in the team only. */
  readonly channel: string;
  readonly alice: { id: string; token: string };
  readonly bob: { id: string; token: string };
  readonly bot: { id: string; token: string };
  readonly admin: { id: string; token: string };
  /** One call with a token. A body that is no form is sent as JSON. */
  api(token: string, call: string, body?: unknown): Promise<ApiResult>;
}

/** A small company: team `eng`, channel `ops`, alice, bob, the bot `mcobot` and the administrator `root`. */
export async function startTestSite(options: MattermostServerOptions = {}): Promise<TestSite> {
  const server = await startMattermostServer(options);
  const team = server.addTeam('eng');
  const channel = server.addChannel(team, 'ops');
  const hall = server.addChannel(team, 'hall');
  const alice = server.addUser('alice');
  const bob = server.addUser('bob');
  const bot = server.addUser('mcobot', { isBot: true });
  const admin = server.addUser('root', { isAdmin: true });
  for (const name of ['alice', 'mcobot']) server.join(name, channel);
  server.join('bob', hall);
  return {
    server,
    team,
    channel,
    alice,
    bob,
    bot,
    admin,
    async api(token, call, body) {
      const [method = 'GET', path = ''] = call.split(' ');
      const response = await fetch(`${server.url}${path.startsWith('/hooks') ? '' : '/api/v4'}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type') === 'application/json';
      const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text };
      return { status: response.status, headers: response.headers, body: parsed };
    },
  };
}
