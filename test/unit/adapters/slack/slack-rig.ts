import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackChat, type SlackChat, type SlackChatOptions } from '../../../../src/adapters/slack/slack-chat.ts';
import type { Card } from '../../../../src/core/card.ts';
import type { ChatClick, ChatMessage, ChatReceiver, ChatRefusal } from '../../../../src/core/chat.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Clock } from '../../../../src/core/ports.ts';
import { startSlackServer } from '../../../servers/slack/slack-server.ts';
import type { SlackServer, SlackServerOptions } from '../../../servers/slack/slack-types.ts';

export const ANA = 'U2147483697';
export const CHANNEL = 'C0123OPS';
export const DIRECT = 'D0123ANA';
export const RUN = '0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d7f3a';
export const CARD: Card = { outcome: 'OK', summary: '3 OK', body: [{ kind: 'prose', lines: ['web1: 5.2'] }] };

/** Ten seconds in one. */
export function createFastClock(factor = 10): Clock {
  const start = Date.now();
  return {
    now: () => Math.floor(start + (Date.now() - start) * factor),
    after(delayMs, fn) {
      const timer = setTimeout(fn, delayMs / factor);
      return () => clearTimeout(timer);
    },
  };
}

/** Enough of a rendering to be seen and pressed. */
function drawPlainly({ outcome, summary, body, buttons = [] }: Card): { text: string; blocks: object[] } {
  const lines = body.flatMap((part) => (part.kind === 'table' ? part.rows.map((row) => row.join(' ')) : part.lines));
  const text = [outcome, summary, ...lines].filter((line) => line !== undefined).join('\n');
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text }] };
  const elements = buttons.map(({ action, run, label }) => ({
    type: 'button',
    action_id: `mco:${action}`,
    value: run,
    text: { type: 'plain_text', text: label },
  }));
  const escaped = text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char);
  const actions = elements.length === 0 ? [] : [{ type: 'actions', elements }];
  return { text: escaped, blocks: [{ type: 'rich_text', elements: [section] }, ...actions] };
}

/** Takes everything, or what the test says, and remembers it. */
export interface RigReceiver extends ChatReceiver {
  readonly messages: ChatMessage[];
  readonly clicks: ChatClick[];
  readonly refusals: ChatRefusal[];
  readonly problems: McoError[];
  take: () => Promise<boolean>;
}

function createRigReceiver(): RigReceiver {
  const receiver: RigReceiver = {
    messages: [],
    clicks: [],
    refusals: [],
    problems: [],
    take: async () => true,
    takeMessage(message) {
      receiver.messages.push(message);
      return receiver.take();
    },
    takeClick(click) {
      receiver.clicks.push(click);
      return receiver.take();
    },
    noteRefusal: (refusal) => void receiver.refusals.push(refusal),
    noteProblem: (problem) => void receiver.problems.push(problem),
  };
  return receiver;
}

export interface Rig {
  readonly server: SlackServer;
  readonly chat: SlackChat;
  readonly receiver: RigReceiver;
  readonly clock: Clock;
  /** Where the bot hears Slack with HTTP. */
  readonly url: string;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly transport?: 'socket' | 'http';
  readonly server?: SlackServerOptions;
  readonly chat?: Partial<SlackChatOptions>;
  readonly clock?: Clock;
}

/** A workspace with Ana, a channel and a direct message, and a bot that is not started. */
export async function openRig({ transport = 'socket', ...options }: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? createFastClock();
  const server = await startSlackServer({ clock, ...options.server });
  server.addUser(ANA, { name: 'ana' });
  server.addChannel(CHANNEL, { members: [ANA, server.botUser] });
  server.addChannel(DIRECT, { members: [ANA, server.botUser], isDirect: true });
  const chat = createSlackChat({
    team: server.team,
    botToken: server.botToken,
    transport:
      transport === 'socket'
        ? { kind: 'socket', appToken: server.appToken }
        : { kind: 'http', signingSecret: server.signingSecret },
    renderMessage: drawPlainly,
    clock,
    apiUrl: server.apiUrl,
    ...options.chat,
  });
  const door = await serve(chat);
  if (transport === 'http') server.setRequestUrl(door.url);
  return {
    server,
    chat,
    receiver: createRigReceiver(),
    clock,
    url: door.url,
    async close() {
      await chat.stop();
      await door.close();
      await server.close();
    },
  };
}

/** The chat's routes, as the bot's HTTP server would call them. */
async function serve({ routes }: SlackChat): Promise<{ url: string; close(): Promise<void> }> {
  const [route] = routes;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const path = request.url ?? '';
    if (route === undefined || path !== route.path) return void response.writeHead(404).end();
    const answer = await route.handle({ method: 'POST', path, query: '', headers, body: Buffer.concat(chunks) });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits, by the clock, as the outbox does when the chat says that it is busy. */
export async function patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof McoError) || thrown.code !== 'unreachable/chat-busy') throw thrown;
      await new Promise<void>((resolve) => clock.after(thrown.retryAfterMs ?? 0, resolve));
    }
  }
}
