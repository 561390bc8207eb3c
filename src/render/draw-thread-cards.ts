import type { Card, CardPart } from '../core/card.ts';
import type { ChatTraits } from '../core/chat.ts';
import { CUT_MARK } from '../core/escape-text.ts';
import type { RunReport } from '../core/report.ts';
import { nameResultFile } from './draw-result-file.ts';
import { drawResultTable } from './draw-result-table.ts';
import { drawThreadSections, type ThreadSection } from './draw-thread-sections.ts';
import { type CardLimits, splitCard } from './split-card.ts';

/** Nobody reads more messages than this; everything is in the file. */
const MAX_CARDS = 5;
const THREAD_BYTES = 35_000;

/**
 * The details of a finished run for its thread: failures first, then the results, as a table where the chat draws one that
 * holds them all, the summaries, and who did not answer. At most five cards, each of which fits into a message; none when
 * nobody was asked.
 */
export function drawThreadCards(report: RunReport, traits: CardLimits & Pick<ChatTraits, 'hasFiles'>): Card[] {
  const { run, options } = report.header;
  const file = nameResultFile(run, options.format === 'json' ? 'json' : 'csv');
  // What a node left out nobody here has.
  const all = report.results.some(({ data }) => data.truncated === true) ? 'all that nodes sent' : 'all';
  const whole = traits.hasFiles ? `${all} in ${file}` : `--json and --csv hold ${all}`;
  // An estimate may be too low for names in wide letters or full of back-ticks: then less is listed.
  for (let maxBytes = Math.min(THREAD_BYTES, (MAX_CARDS - 1) * traits.maxCardLength); ; maxBytes /= 2) {
    const sections = drawThreadSections(report, {
      maxBytes,
      whole,
      drawTable: (of, results) => drawResultTable(of, results, traits),
    });
    const isCut = sections.some(({ part }) => part.kind === 'fixed' && part.lines.some(isCutLine));
    const body = [
      ...sections.flatMap(partsOf),
      ...(isCut ? [toProse([`${CUT_MARK} marks what was cut: ${whole}`])] : []),
    ];
    const cards = body.length === 0 ? [] : splitCard({ body }, traits);
    if (cards.length <= MAX_CARDS) return cards;
    if (maxBytes < 1000) return [...cards.slice(0, MAX_CARDS - 1), { body: [toProse([`the rest: ${whole}`])] }];
  }
}

const toProse = (lines: readonly string[]): CardPart => ({ kind: 'prose', lines });

const isCutLine = (line: string): boolean => line.endsWith(CUT_MARK);

function partsOf({ title, part, end = [] }: ThreadSection): CardPart[] {
  const said = end.filter((line) => line !== '');
  const below = said.length > 0 ? [toProse(said)] : [];
  if (title === undefined) return [part, ...below];
  const [line, ...more] = part.kind === 'table' ? [] : part.lines;
  // What fits on the title's line stands there.
  if (line !== undefined && more.length === 0) return [toProse([`${title} ${line.trim()}`]), ...below];
  return [toProse([title]), part, ...below];
}
