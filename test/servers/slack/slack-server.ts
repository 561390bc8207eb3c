import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createApiEndpoint, DEFAULT_SCOPES } from './api-endpoint.ts';
import { type Answer, createCallRunner } from './call-log.ts';
import { createCourier, type Transport } from './delivery.ts';
import { takeUpload } from './file-methods.ts';
import { createHttpDelivery } from './http-delivery.ts';
import { createPeople } from './people.ts';
import { parseForm } from './read-arguments.ts';
import { readMultipart } from './read-multipart.ts';
import { createResponseUrls } from './response-urls.ts';
import type { SlackCall, SlackChaos, SlackServer, SlackServerOptions } from './slack-types.ts';
import { createSocketMode } from './socket-mode.ts';
import { addChannel, createWorkspace, type Workspace } from './workspace.ts';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * A Slack of its own on 127.0.0.1, as strict as Slack's documentation says it is: the Web API, response URLs, uploads,
 * Socket Mode and signed requests for one app in one workspace. It keeps everything in memory.
 */
export async function startSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const { clock = systemClock, team = 'T024BE7LD', botUser = 'U0BOT', botToken = 'xoxb-test' } = options;
  const { appToken = 'xapp-test', signingSecret = 'signing-secret' } = options;
  const workspace = createWorkspace({ team, botUser, clock });
  workspace.scopes = new Set(options.scopes ?? DEFAULT_SCOPES);
  workspace.editWindowMs = options.editWindowMs;
  const calls: SlackCall[] = [];
  const socketMode = createSocketMode(workspace);
  const chaos: SlackChaos = {
    dropSocket: () => socketMode.dropSockets(1),
    dropSockets: () => socketMode.dropSockets(Number.POSITIVE_INFINITY),
    disconnect: (reason) => socketMode.disconnect(reason),
    muteSockets: () => socketMode.muteSockets(),
  };
  let requestUrl = options.requestUrl;
  const postTo = (url: string) => createHttpDelivery({ url, signingSecret, clock });
  const transport = (): Transport => (requestUrl === undefined ? socketMode : postTo(requestUrl));
  const courier = createCourier({ clock, chaos, retryDelaysMs: options.retryDelaysMs, transport });
  const responseUrls = createResponseUrls(workspace);
  const events = options.events ?? ['app_mention', 'message.im'];
  const { tellOwn, ...people } = createPeople({ workspace, courier, responseUrls, events });
  workspace.onPosted = tellOwn;
  const runCall = createCallRunner(workspace, chaos, calls);
  const callApi = createApiEndpoint({
    workspace,
    chaos,
    botToken,
    appToken,
    openConnection: () => socketMode.openTicket(),
    runCall,
  });

  async function handle(request: IncomingMessage): Promise<Answer> {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const contentType = request.headers['content-type'] ?? '';
    const verb = request.method ?? '';
    const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1];
    if (method !== undefined && (verb === 'POST' || verb === 'GET')) {
      const isGet = verb === 'GET';
      return await callApi({
        method,
        verb,
        authorization: request.headers.authorization,
        contentType: isGet ? 'application/x-www-form-urlencoded' : contentType,
        body: isGet ? Buffer.from(url.search.slice(1)) : body,
      });
    }
    if (verb !== 'POST') return { status: 404, body: 'not found' };
    if (/^\/(commands|actions)\//.test(url.pathname)) return await runCall(responseUrls.answer(url.pathname, body));
    const file = /^\/upload\/v1\/(\w+)$/.exec(url.pathname)?.[1];
    if (file === undefined) return { status: 404, body: 'not found' };
    const content = contentType.startsWith('multipart/form-data') ? readMultipart(contentType, body) : body;
    const run = (): { status: number; body: string } => {
      const { status, text } = takeUpload(workspace, file, content ?? Buffer.alloc(0));
      return { status, body: text };
    };
    return await runCall({ method: 'upload', args: parseForm(url.search.slice(1)), run });
  }

  const server = createServer((request, response) => {
    handle(request).then(
      (answer) => writeAnswer(request, response, answer),
      (error: unknown) => {
        response.writeHead(500).end(error instanceof Error ? error.message : 'failed');
      },
    );
  });
  server.on('upgrade', (request, socket, head) => socketMode.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  workspace.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl: `${workspace.origin}/api/`,
    team,
    botUser,
    botToken,
    appToken,
    signingSecret,
    ...people,
    ...administer(workspace),
    setRequestUrl(url) {
      requestUrl = url;
    },
    deliver: (kind, payload) => courier.deliver(kind, payload),
    verifyUrl: () => (requestUrl === undefined ? Promise.resolve(false) : postTo(requestUrl).verify()),
    get sockets() {
      return socketMode.size;
    },
    calls,
    chaos,
    async close() {
      courier.close();
      await socketMode.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Administration = Pick<
  SlackServer,
  | 'addUser'
  | 'addChannel'
  | 'addUserGroup'
  | 'setPlan'
  | 'setScopes'
  | 'setEditWindow'
  | 'join'
  | 'leave'
  | 'archive'
  | 'deleteMessage'
  | 'messages'
  | 'ephemerals'
  | 'files'
>;

/** Setting the workspace up and looking into it. */
function administer(workspace: Workspace): Administration {
  const need = (id: string) => {
    const channel = workspace.channels.get(id);
    if (channel === undefined) throw new Error(`there is no channel ${id}`);
    return channel;
  };
  return {
    addUser(id, { name = id.toLowerCase(), isBot = false, deleted = false, team = workspace.team } = {}) {
      workspace.users.set(id, { id, name, isBot, isDeleted: deleted, team });
    },
    addChannel: (id, settings) => void addChannel(workspace, id, settings),
    addUserGroup: (id, members) => void workspace.groups.set(id, members),
    setPlan(plan) {
      workspace.plan = plan;
    },
    setScopes(scopes) {
      workspace.scopes = new Set(scopes);
    },
    setEditWindow(editWindowMs) {
      workspace.editWindowMs = editWindowMs;
    },
    join: (user, channel) => void need(channel).members.add(user),
    leave: (user, channel) => void need(channel).members.delete(user),
    archive(channel) {
      need(channel).isArchived = true;
    },
    deleteMessage(id, ts) {
      const channel = need(id);
      channel.messages.splice(0, channel.messages.length, ...channel.messages.filter((message) => message.ts !== ts));
    },
    messages: (channel) => need(channel).messages.map((message) => ({ ...message })),
    ephemerals: (user) => [...(workspace.ephemerals.get(user) ?? [])],
    files: (channel) => need(channel).messages.flatMap(({ files = [] }) => files),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_BODY_BYTES) throw new Error('too large');
  }
  return Buffer.concat(chunks);
}

function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if ('cut' in answer) request.socket.destroy();
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}
