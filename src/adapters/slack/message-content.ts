/** A card as Slack takes it: blocks, and the text that is read aloud and shown in notifications. */
export interface SlackMessageContent {
  readonly text: string;
  readonly blocks?: readonly object[];
}
