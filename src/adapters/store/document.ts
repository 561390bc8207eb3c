import { McoError } from '../../core/errors.ts';

/** A value as it is kept in a row: JSON in UTF-8. Fields that are undefined are left out. */
export function encodeDocument(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Selects columns as blobs whatever a damaged row has there: text that is not UTF-8 would end the process. */
export const blobs = (...columns: readonly string[]): string =>
  columns.map((column) => `CAST(${column} AS BLOB) AS ${column}`).join(', ');

/**
 * What was kept. The file is the bot's own, so that what parses is believed.
 *
 * @param row names it for people: "row 17 of inbox"
 * @throws McoError `failed/store` when it does not parse; without the parser's words, which would quote what was kept
 */
export function decodeDocument<Value extends object>(bytes: unknown, row: string): Value {
  const value: unknown = bytes instanceof ArrayBuffer ? parse(Buffer.from(bytes).toString()) : undefined;
  if (typeof value === 'object' && value !== null) return value as Value;
  throw new McoError('failed/store', `the store is damaged: ${row} can't be read`, {
    hint: 'everything else in it can still be used',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads each row; those that are damaged are told of and left out. */
export function decodeRows<Row, Value>(
  rows: readonly Row[],
  decode: (row: Row) => Value,
  noteProblem: (problem: McoError) => void,
): Value[] {
  return rows.flatMap((row) => {
    try {
      return [decode(row)];
    } catch (thrown) {
      if (!(thrown instanceof McoError)) throw thrown;
      noteProblem(thrown);
      return [];
    }
  });
}
