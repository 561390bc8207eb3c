import { type BlockCheck, checkFlags, checkList, checkShape, checkText, say } from './block-checker.ts';
import { checkRichText } from './check-rich-text.ts';
import { isRecord } from './read-arguments.ts';

const MAX_ROWS = 100;
const MAX_COLUMNS = 20;
const MAX_CELL_CHARACTERS = 10_000;

/** https://docs.slack.dev/reference/block-kit/blocks/table-block. Empty cells are refused, as they are for real. */
export function checkTable(check: BlockCheck, value: unknown, pointer: string): void {
  const table = checkShape(check, { value, pointer }, { needed: ['rows'], allowed: ['block_id', 'column_settings'] });
  if (table === undefined) return;
  check.tables += 1;
  const before = check.textLength;
  const widths = new Set<number>();
  checkList(check, { value: table.rows, pointer: `${pointer}/rows`, max: MAX_ROWS }, (row, rowAt) => {
    widths.add(Array.isArray(row) ? row.length : 0);
    checkList(check, { value: row, pointer: rowAt, max: MAX_COLUMNS }, (cell, at) => checkCell(check, cell, at));
  });
  if (widths.size > 1) say(check, 'all rows must have the same number of cells', `${pointer}/rows`);
  if (check.textLength - before > MAX_CELL_CHARACTERS)
    say(check, `must be less than ${MAX_CELL_CHARACTERS + 1} characters`, `${pointer}/rows`);
  if (table.column_settings !== undefined) checkColumns(check, table.column_settings, `${pointer}/column_settings`);
}

function checkCell(check: BlockCheck, value: unknown, pointer: string): void {
  if (isRecord(value) && value.type === 'rich_text') return checkRichText(check, value, pointer);
  const shape = { types: ['raw_text', 'rich_text'], needed: ['text'], allowed: [] };
  const cell = checkShape(check, { value, pointer }, shape);
  if (cell !== undefined) checkText(check, { value: cell.text, pointer: `${pointer}/text` }, MAX_CELL_CHARACTERS);
}

function checkColumns(check: BlockCheck, value: unknown, pointer: string): void {
  checkList(check, { value, pointer, max: MAX_COLUMNS }, (item, at) => {
    if (item === null) return;
    const column = checkShape(check, { value: item, pointer: at }, { needed: [], allowed: ['align', 'is_wrapped'] });
    if (column === undefined) return;
    checkFlags(check, { value: column, pointer: at }, ['is_wrapped']);
    const { align } = column;
    if (align !== undefined && align !== 'left' && align !== 'center' && align !== 'right')
      say(check, 'must be one of: left, center, right', `${at}/align`);
  });
}
