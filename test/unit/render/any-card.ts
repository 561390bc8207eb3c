import fc from 'fast-check';
import { BUTTON_ACTIONS, type Card, type CardPart } from '../../../src/core/card.ts';
import { escapeText } from '../../../src/core/escape-text.ts';
import { hostileText } from './hostile-text.ts';

/** What platforms would act on: mentions, links, emoji, emphasis, code, headings, lists, tables, HTML, LaTeX. */
export const HOSTILE_STRINGS = [
  '@here',
  '@channel @all @ana',
  '<@U0VICTIM>',
  '<!here> <!channel|x> <!subteam^S1>',
  '<https://evil.example.org|harmless>',
  '[harmless](https://evil.example.org)',
  '![x](https://evil.example.org/x.png)',
  'https://evil.example.org www.evil.example.org WWW2.evil.example.org mailto:a@b.example',
  '#town-square #hashtag ~town-square',
  ':x: :+1: :-) ;) <3 x-d (:x:)',
  '*bold* _it_ **b** __u__ ~~gone~~ ***',
  '`code`',
  '``two`` ` `` ``` ````',
  '```\n@here\n```',
  '```',
  '~~~',
  '`@here',
  '@here`',
  '\\`@here\\`',
  '\\@here',
  '&#64;here &lt;!here&gt; &amp;',
  '| a | b |',
  '|---|---|',
  '--- === *** ___',
  '===',
  '# heading',
  '- item',
  '1. item',
  '1) item',
  '> quote',
  '    indented',
  '<b>bold</b><script>alert(1)</script><!-- x -->',
  '$$x^2$$ $x$',
  '[ =====>    ] 1 / 2 @here',
  'a · b · @here · run 0000',
  '\u202eevil\u202c \u200b\u2066',
  '\x1b]0;title\x07\x1b[31m',
  '**`@here`**',
  '``` . ```',
  '(@here) "@here" \'@here\' @here, @here: @here;',
  'a@here a.@here -@here _@here_ @here@here',
  '\n\n# x\n\n@here\n',
] as const;

/** Texts that a card may hold, and worse. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  hostileText,
  fc.constantFrom(...HOSTILE_STRINGS),
  fc
    .array(
      fc.constantFrom('`', '``', ' ', '*', '**', '@here', 'a', '.', '|', '\\', ':', '<', '-', '#', '1.', '~', '_'),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 40 }),
);

const optional = fc.option(anyText, { nil: undefined });
const lines = fc
  .tuple(fc.array(anyText, { maxLength: 5 }), fc.constantFrom(1, 1, 1, 60))
  .map(([some, times]) =>
    Array.from({ length: times }, () => some.map((text) => text.slice(0, 40_000 / times))).flat(),
  );

const table = fc
  .record({
    columns: fc.array(anyText, { maxLength: 25 }),
    rows: fc.array(fc.array(anyText, { maxLength: 25 }), { maxLength: 4 }),
    times: fc.constantFrom(1, 1, 40),
  })
  .map(
    ({ columns, rows, times }): CardPart => ({
      kind: 'table',
      columns,
      rows: Array.from({ length: times }, () =>
        rows.map((row) => row.map((cell) => cell.slice(0, 2000 / times))),
      ).flat(),
    }),
  );

const part: fc.Arbitrary<CardPart> = fc.oneof(
  lines.map((of) => ({ kind: 'prose', lines: of }) as const),
  lines.map((of) => ({ kind: 'fixed', lines: of }) as const),
  table,
);

const button = fc.record({
  action: fc.constantFrom(...BUTTON_ACTIONS),
  run: anyText,
  label: anyText,
  confirm: optional,
});

export const anyCard: fc.Arbitrary<Card> = fc.record({
  header: optional,
  outcome: optional,
  summary: optional,
  body: fc.array(part, { maxLength: 6 }),
  buttons: fc.option(fc.array(button, { maxLength: 8 }), { nil: undefined }),
});

/** The card as it should be: its texts without control characters and of a bearable length. */
export function cleanCard({ header, outcome, summary, body }: Card): Card {
  const clean = (text: string): string => escapeText(text, 4000);
  const cleanAll = (texts: readonly string[]): string[] => texts.map(clean);
  return {
    header: header === undefined ? undefined : clean(header),
    outcome: outcome === undefined ? undefined : clean(outcome),
    summary: summary === undefined ? undefined : clean(summary),
    body: body.map((one) =>
      one.kind === 'table'
        ? { ...one, columns: cleanAll(one.columns), rows: one.rows.map(cleanAll) }
        : { ...one, lines: cleanAll(one.lines) },
    ),
  };
}
