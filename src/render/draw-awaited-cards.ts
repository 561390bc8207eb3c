import type { Input } from '../core/agent-description.ts';
import type { Card, CardPart } from '../core/card.ts';
import type { ChatTraits } from '../core/chat.ts';
import { escapeText } from '../core/escape-text.ts';
import { type AwaitingView, describeWays } from './draw-awaiting-root.ts';
import { nameOrderFile } from './draw-order-file.ts';
import { formatCount } from './format-count.ts';
import { drawColumns, listNames } from './list-names.ts';
import { showValue } from './show-value.ts';
import { type CardLimits, splitCard } from './split-card.ts';
import { bytesOfLines } from './take-blocks.ts';

/** A chat with files has more names in the file; one without shows them all. */
const NAMES_BYTES = 6000;
/** Nobody approves what is cut: an argument is shown whole, over several lines where it is long. */
const LINE_LENGTH = 200;
const MAX_RULES = 10;

/** Whether the names stand in a file as well. */
export const isListFiled = ({ awaited }: AwaitingView, { hasFiles }: Pick<ChatTraits, 'hasFiles'>): boolean =>
  hasFiles && bytesOfLines(drawColumns(awaited.nodes, awaited.nodes.length)) > NAMES_BYTES;

/** What exactly is to be approved, for the run's thread: the frozen list, every argument, the digest, and how to decide. */
export function drawAwaitedCards(
  view: AwaitingView,
  traits: CardLimits & Pick<ChatTraits, 'hasFiles' | 'hasButtons'>,
): Card[] {
  const { header, awaited } = view;
  const { nodes, digest, rules } = awaited;
  const names = drawNames(view, traits);
  const parts: CardPart[] = [
    prose([
      `To be approved: ${escapeText(header.agent)}.${escapeText(header.action)} on ${formatCount(nodes.length, 'node')}`,
    ]),
    ...titled('Arguments:', drawInput(awaited.input)),
    ...titled('Nodes:', names),
    ...(isListFiled(view, traits) ? [prose([`all in ${nameOrderFile(header.run)}`])] : []),
    prose([
      `digest of all this: ${escapeText(digest, 80)}`,
      ...(rules.length > 0 ? [`wanted by ${listNames(rules, MAX_RULES)}`] : []),
      // Where there are no buttons the root says it.
      ...(traits.hasButtons ? describeWays(view) : []),
    ]),
  ];
  return splitCard({ body: parts }, traits);
}

const prose = (lines: readonly string[]): CardPart => ({ kind: 'prose', lines });

const titled = (title: string, lines: readonly string[]): CardPart[] => [prose([title]), { kind: 'fixed', lines }];

/** Every argument, whole. */
export function drawInput(input: Input): string[] {
  const lines = Object.entries(input).flatMap(([name, value]) =>
    breakText(`${escapeText(name)} = ${escapeText(showValue(value))}`),
  );
  return lines.length === 0 ? ['none'] : lines;
}

function breakText(text: string): string[] {
  const [first = '', ...more] = text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'gu')) ?? [];
  return [first, ...more.map((line) => `    ${line}`)];
}

function drawNames(view: AwaitingView, traits: Pick<ChatTraits, 'hasFiles'>): string[] {
  const { nodes } = view.awaited;
  if (!isListFiled(view, traits)) return drawColumns(nodes, nodes.length);
  for (let max = Math.min(nodes.length, NAMES_BYTES); ; max = Math.floor(max / 2)) {
    const lines = drawColumns(nodes, max);
    if (max <= 1 || bytesOfLines(lines) <= NAMES_BYTES) return lines;
  }
}
