import { escapeText } from '../core/escape-text.ts';
import type { ReplyData } from '../core/reply.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { showValue } from './show-value.ts';

const FIXED: readonly string[] = ['node', 'outcome', 'status', 'message', 'elapsedMs'];

/** Stands behind the fixed columns of a dry run, and of nothing else. */
const DRY_RUN = 'dryRun';

/** What spreadsheets take for a formula, also behind blanks and in full width: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

/**
 * Every targeted node as one CSV record (RFC 4180: CRLF, quotes doubled): fixed columns, then the outputs under the names that
 * they have in the action's description. What nodes send beyond the description shares one column as JSON, so that no node
 * can widen the table. Formulas get a leading apostrophe; control characters become visible.
 */
export function reportToCsv({ header, results, labels }: RunReport): string {
  const isDryRun = header.options.noop === true;
  const described = Object.keys(labels);
  const isOther = (name: string): boolean => !Object.hasOwn(labels, name);
  const hasOther = results.some(({ data }) => Object.keys(data).some(isOther));
  // An output may have the name of a fixed column.
  const heads = described.map((name) =>
    FIXED.includes(name) || (isDryRun && name === DRY_RUN) ? `data.${name}` : name,
  );
  const head = [...FIXED, ...(isDryRun ? [DRY_RUN] : []), ...heads, ...(hasOther ? ['data'] : [])];
  const records = results.map((result) => {
    const outputs = described.map((name) => (Object.hasOwn(result.data, name) ? showValue(result.data[name]) : ''));
    const fixed = [...describeResult(result), ...(isDryRun ? ['true'] : [])];
    return [...fixed, ...outputs, ...(hasOther ? [showOther(result.data, isOther)] : [])];
  });
  return [head, ...records].map((cells) => `${cells.map(writeCell).join(',')}\r\n`).join('');
}

const describeResult = ({ node, outcome, status, elapsedMs }: NodeResult): string[] => [
  node,
  outcome,
  status?.name ?? '',
  status?.message ?? '',
  elapsedMs === undefined ? '' : String(elapsedMs),
];

function showOther(data: ReplyData, isOther: (name: string) => boolean): string {
  const entries = Object.entries(data).filter(([name]) => isOther(name));
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries));
}

function writeCell(text: string): string {
  // INVARIANT: a cell never starts a formula, whatever a node sent.
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  const lines = harmless.replaceAll('\r\n', '\n').split('\n');
  const shown = lines.map((line) => escapeText(line)).join('\n');
  // Where `;` or a tab separates cells, a second cell of the sender's would start otherwise.
  return /[",;\t\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
