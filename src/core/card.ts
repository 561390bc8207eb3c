/**
 * One message before any platform's markup. Its texts are plain: what came from outside has had its control characters
 * made visible, and whoever draws the card for a platform escapes it for that platform's markup.
 */
export interface Card {
  /** Who, what, how and which run: `@ana · package status bash · read · run 7f3a`. */
  readonly header?: string | undefined;
  /** The word that is told first: `PARTIAL`, `RUNNING`, `DENIED`. */
  readonly outcome?: string | undefined;
  /** What follows it on the same line: `142 OK · 3 NO RESPONSE of 145 · 8.4 s`. */
  readonly summary?: string | undefined;
  readonly body: readonly CardPart[];
  readonly buttons?: readonly CardButton[] | undefined;
}

/** `prose` lines may wrap; `fixed` ones stand in columns; a `table` has as many cells in each row as it has columns. */
export type CardPart =
  | { readonly kind: 'prose'; readonly lines: readonly string[] }
  | { readonly kind: 'fixed'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** What can be pressed under a run's root message. Every press is decided anew for who presses. */
export const BUTTON_ACTIONS = [
  'cancel',
  'retryFailed',
  'retrySilent',
  'again',
  'details',
  'approve',
  'reject',
  'withdraw',
] as const;

export type ButtonAction = (typeof BUTTON_ACTIONS)[number];

export interface CardButton {
  readonly action: ButtonAction;
  /** The run's whole id. */
  readonly run: string;
  readonly label: string;
  /** Set where a press does something that can't be taken back: the question to ask first. */
  readonly confirm?: string | undefined;
}

export const isButtonAction = (text: string): text is ButtonAction =>
  (BUTTON_ACTIONS as readonly string[]).includes(text);
