import type { ButtonAction } from '../../core/card.ts';

/** A card as Mattermost shows it; `src/render/mattermost/` makes it. */
export interface MattermostMessageContent {
  /** Markdown, at most 16,383 characters. */
  readonly message: string;
  readonly attachments?: readonly MattermostAttachment[] | undefined;
}

export interface MattermostAttachment {
  readonly text?: string | undefined;
  readonly actions: readonly MattermostButton[];
}

/** A button before it can be pressed: its address and its keyed context are added when its post has an id. */
export interface MattermostButton {
  /** Letters and digits only: the server answers a press of any other with 404. */
  readonly id: string;
  readonly name: string;
  readonly style?: string | undefined;
  readonly action: ButtonAction;
  readonly run: string;
}
