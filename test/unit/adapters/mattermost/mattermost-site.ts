import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import type { Heard } from '../../../../src/adapters/mattermost/heard-mark.ts';
import { createMattermostChat, type MattermostChat } from '../../../../src/adapters/mattermost/mattermost-chat.ts';
import type { ButtonAction, Card } from '../../../../src/core/card.ts';
import type { Clock } from '../../../../src/core/ports.ts';
import { renderMattermostMessage } from '../../../../src/render/mattermost/render-mattermost-message.ts';
import { startMattermostServer } from '../../../servers/mattermost/server.ts';
import type { MattermostServer, MattermostServerOptions } from '../../../servers/mattermost/types.ts';
import { serveRoutes } from './serve-routes.ts';

export const RUN = '0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d7f3a';

export const cardWith = (...actions: ButtonAction[]): Card => ({
  outcome: 'RUNNING',
  body: [{ kind: 'prose', lines: ['98 of 145'] }],
  buttons: actions.map((action) => ({ action, run: RUN, label: action })),
});

/** A server with one team, one channel, a bot and two people in it, and the bot's adapter. */
export interface MattermostSite {
  readonly server: MattermostServer;
  readonly chat: MattermostChat;
  readonly team: string;
  readonly channel: string;
  readonly bot: { readonly id: string; readonly token: string };
  readonly ana: { readonly id: string; readonly token: string };
  readonly raj: { readonly id: string; readonly token: string };
  /** Where the adapter's routes are served. */
  readonly callbackUrl: string;
  readonly commandToken: string;
  readonly commandId: string;
  account(user: string): string;
  close(): Promise<void>;
}

export interface SiteOptions extends MattermostServerOptions {
  /** The bot's own; the server keeps the machine's. */
  readonly botClock?: Clock;
  readonly heard?: Heard;
}

export async function openSite(options: SiteOptions = {}): Promise<MattermostSite> {
  const server = await startMattermostServer(options);
  const front = await serveRoutes();
  const team = server.addTeam('ops');
  const channel = server.addChannel(team, 'deploy');
  const bot = server.addUser('mco', { isBot: true });
  const [ana, raj] = [server.addUser('ana'), server.addUser('raj')];
  for (const { id } of [bot, ana, raj]) server.join(id, channel);
  const command = server.addCommand(team, `${front.url}/mattermost/command`);
  const chat = createMattermostChat({
    url: server.url,
    token: bot.token,
    commandTokens: ['an-older-token-of-another-team', command.token],
    actionKey: new Uint8Array(32).fill(7),
    callbackUrl: `${front.url}/`,
    renderMessage: renderMattermostMessage,
    clock: options.botClock ?? systemClock,
    heard: options.heard,
  });
  front.routes = chat.routes;
  return {
    ...{ server, chat, team, channel, bot, ana, raj },
    callbackUrl: front.url,
    commandToken: command.token,
    commandId: command.id,
    account: (user) => `${chat.name}/${user}`,
    async close() {
      await chat.stop();
      front.close();
      await server.close();
    },
  };
}
