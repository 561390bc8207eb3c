/** The blocks that messages are made of: https://docs.slack.dev/reference/block-kit/blocks. None of them parses its text. */
export type SlackBlock = RichTextBlock | TableBlock | ActionsBlock;

export interface RichTextBlock {
  readonly type: 'rich_text';
  readonly elements: readonly RichTextElement[];
}

export interface RichTextElement {
  readonly type: 'rich_text_section' | 'rich_text_preformatted';
  readonly elements: readonly TextElement[];
}

export interface TextElement {
  readonly type: 'text';
  readonly text: string;
  readonly style?: { readonly bold: true } | { readonly code: true };
}

export interface TableBlock {
  readonly type: 'table';
  /** The first row is the head. */
  readonly rows: readonly (readonly { readonly type: 'raw_text'; readonly text: string }[])[];
}

export interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  /** Off: `:x:` stays what it is. */
  readonly emoji: false;
}

export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly style?: 'danger' | 'primary';
  readonly confirm?: {
    readonly title: PlainText;
    readonly text: PlainText;
    readonly confirm: PlainText;
    readonly deny: PlainText;
    readonly style: 'danger';
  };
}

export interface ActionsBlock {
  readonly type: 'actions';
  readonly elements: readonly Button[];
}
