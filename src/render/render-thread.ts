import type { RunReport } from '../core/report.ts';
import { drawThreadSections, type ThreadSection } from './draw-thread-sections.ts';
import { renderPartsText } from './render-card-text.ts';

const THREAD_BYTES = 35_000;

/**
 * The details of a finished run as plain text, in the founding document's shape. Under 40 kB whatever the report holds; empty
 * when nobody was asked.
 */
export function renderThread(report: RunReport): string {
  const room = { maxBytes: THREAD_BYTES, whole: '--json and --csv hold all' };
  return drawThreadSections(report, room).map(renderSection).join('\n\n');
}

/** What has a title stands indented below it. */
function renderSection({ title, part, end = [] }: ThreadSection): string {
  const lines = renderPartsText([part]).split('\n');
  const shown = title === undefined ? lines : [title, '', ...lines.map((line) => `    ${line}`)];
  return [...shown, ...end].join('\n');
}
