import type { CardPart } from '../core/card.ts';
import { escapeText } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { groupEqual } from './arrange-results.ts';
import { groupByLine, isToldOnce } from './draw-lines.ts';
import { NAME_LENGTH } from './list-names.ts';
import { measurePart } from './measure-card.ts';
import { showValue } from './show-value.ts';
import type { CardLimits } from './split-card.ts';

/** Longer values, and those of several lines, do not stand in a cell. */
const CELL_LENGTH = 60;

/** A program's own words: what comes with them, such as where the next ones begin, is for programs. */
const TEXT_LINE = '{text}';

/**
 * Results as a table with a row for each node and a column for each described output that any of them sent. Undefined where a
 * chat's table does not hold all of it, or where lines say it better: long values, undescribed outputs, many identical results.
 */
export function drawResultTable(
  report: RunReport,
  results: readonly NodeResult[],
  { maxCardLength, maxTableRows, maxTableColumns }: CardLimits,
): CardPart | undefined {
  const { header, labels, line } = report;
  if (
    header.view !== 'results' ||
    header.options.group === true ||
    results.length === 0 ||
    results.length > maxTableRows
  )
    return undefined;
  const isShown = (name: string): boolean => results.some(({ data }) => showOutput(data, name) !== '');
  const outputs = Object.keys(labels).filter((name) => (line !== TEXT_LINE || name === 'text') && isShown(name));
  if (outputs.length === 0 || outputs.length + 1 > maxTableColumns) return undefined;
  if (line === undefined) {
    const isDescribed = ({ data }: NodeResult): boolean =>
      Object.keys(data).every((name) => Object.hasOwn(labels, name));
    if (!results.every(isDescribed) || groupEqual(results).length < results.length) return undefined;
  }
  // Where at least half of the rows would repeat others, lines tell each answer once.
  if (line !== undefined && isToldOnce(header, results) && 2 * groupByLine(line, results).length <= results.length) {
    return undefined;
  }
  const values = results.map(({ data }) => outputs.map((name) => showOutput(data, name)));
  if (values.flat().some((value) => value.includes('\n') || value.length > CELL_LENGTH)) return undefined;
  const table = {
    kind: 'table',
    columns: ['Node', ...outputs.map((name) => escapeText(labels[name] ?? name, CELL_LENGTH))],
    rows: values.map((cells, i) => [
      escapeText(results[i]?.node ?? '', NAME_LENGTH),
      ...cells.map((value) => escapeText(value, CELL_LENGTH)),
    ]),
  } as const;
  return measurePart(table) <= maxCardLength ? table : undefined;
}

const showOutput = (data: NodeResult['data'], name: string): string =>
  Object.hasOwn(data, name) ? showValue(data[name]) : '';
