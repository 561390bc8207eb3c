import type { Card } from '../../core/card.ts';
import type { Chat, ChatReceiver, ChatTraits } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { HttpRoute } from '../../core/http.ts';
import type { Clock } from '../../core/ports.ts';
import { askIdentity, type BotIdentity } from './bot-identity.ts';
import { createEditBudget } from './edit-budget.ts';
import { editCard } from './edit-card.ts';
import { createHttpDoor } from './http-door.ts';
import { createListening, type Transport } from './listening.ts';
import type { SlackMessageContent } from './message-content.ts';
import { findMembers, findPerson } from './people.ts';
import { postCard } from './post-card.ts';
import { createPostPace } from './post-pace.ts';
import { createResponseUrls } from './response-url.ts';
import { createSlackApi, DEFAULT_API_URL } from './slack-api.ts';
import type { SlackContext } from './slack-context.ts';
import { uploadFile } from './upload-file.ts';
import { whisperCard } from './whisper-card.ts';

/** Slack's limits, with sources, and room below those that are not documented: 13,200 characters of blocks in sum. */
const TRAITS: ChatTraits = {
  maxCardLength: 10_000,
  maxTableRows: 99,
  maxTableColumns: 20,
  hasFiles: true,
  hasConfirm: true,
  hasButtons: true,
  hasSingleUseButtons: false,
  editGapMs: 2000,
  progressGapMs: 2000,
};

export interface SlackChatOptions {
  /** The workspace: `T024BE7LD`. */
  readonly team: string;
  readonly botToken: string;
  readonly transport:
    | { readonly kind: 'socket'; readonly appToken: string }
    | { readonly kind: 'http'; readonly signingSecret: string };
  /** Pure, and never of more than Slack takes. */
  readonly renderMessage: (card: Card) => SlackMessageContent;
  readonly clock: Clock;
  /** With the slash at its end. Default `https://slack.com/api/`. */
  readonly apiUrl?: string | undefined;
  /** Default `/mco`. */
  readonly command?: string | undefined;
}

/** Slack, and the paths of the bot's HTTP server where Slack posts to; none with Socket Mode. */
export type SlackChat = Chat & { readonly routes: readonly HttpRoute[] };

/** One Slack workspace as a chat service, over Bolt. */
export function createSlackChat(options: SlackChatOptions): SlackChat {
  const { team, botToken, clock, renderMessage, apiUrl = DEFAULT_API_URL } = options;
  const api = createSlackApi({ botToken, apiUrl, clock });
  let identity: BotIdentity | undefined;
  const context: SlackContext = {
    api,
    pace: createPostPace(clock),
    edits: createEditBudget(clock),
    responseUrls: createResponseUrls(apiUrl),
    renderMessage,
    identify: async () => {
      identity ??= await askIdentity(api, team);
      return identity;
    },
  };
  const transport = createTransport(options);
  const listening = createListening({ context, transport, clock, apiUrl, command: options.command ?? '/mco' });

  return {
    name: `slack:${team}`,
    traits: TRAITS,
    routes: transport.kind === 'http' ? [transport.door.route] : [],
    post: (posting) => postCard(context, posting),
    edit: (post, card, urgency) => editCard(context, { post, card, urgency }),
    upload: (upload) => uploadFile(context, upload),
    whisper: (recipient, card) => whisperCard(context, recipient, card),
    findPerson: (account) => findPerson(api, account),
    findMembers: (group) => findMembers(api, team, group),
    async checkHealth() {
      const startedAt = clock.now();
      await askIdentity(api, team);
      if (!listening.hears()) {
        throw new McoError(
          'unreachable/chat',
          'Slack answers, but no Socket Mode connection is open: nothing is heard',
        );
      }
      return { roundTripMs: Math.max(0, clock.now() - startedAt), about: listening.describe() };
    },
    start: (receiver: ChatReceiver) => listening.start(receiver),
    stop: () => listening.stop(),
  };
}

function createTransport({ transport, clock }: SlackChatOptions): Transport {
  if (transport.kind === 'socket') return transport;
  return { kind: 'http', door: createHttpDoor(transport.signingSecret, clock) };
}
