import type { Card } from '../../core/card.ts';
import type { BotIdentity } from './bot-identity.ts';
import type { EditBudget } from './edit-budget.ts';
import type { SlackMessageContent } from './message-content.ts';
import type { PostPace } from './post-pace.ts';
import type { ResponseUrls } from './response-url.ts';
import type { SlackApi } from './slack-api.ts';

/** What everything that is sent to Slack needs. */
export interface SlackContext {
  readonly api: SlackApi;
  readonly pace: PostPace;
  readonly edits: EditBudget;
  readonly responseUrls: ResponseUrls;
  readonly renderMessage: (card: Card) => SlackMessageContent;
  /** Asks Slack once. @throws McoError as the port `Chat` says */
  identify(): Promise<BotIdentity>;
}
