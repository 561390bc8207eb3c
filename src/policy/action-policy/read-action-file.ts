import { toMcoError } from '../../core/errors.ts';
import type { PolicyFile } from '../policy.ts';
import { type ActionRow, readActionRow } from './action-row.ts';

/** One `AGENT.policy`, as far as it could be read. */
export interface ActionFile {
  readonly name: string;
  readonly rows: readonly ActionRow[];
  /** What `policy default` says, and where; undefined: nothing does. */
  readonly otherwise: { readonly verb: 'allow' | 'deny'; readonly line: number } | undefined;
  /** `FILE:LINE: what is wrong; what to do`. */
  readonly problems: readonly string[];
}

const IGNORED = /^\s*(?:#.*)?$/;

/** Reads all rows, and goes on after each that can't be read: whoever mends a file wants to see every mistake. */
export function readActionFile({ name, text }: PolicyFile): ActionFile {
  const rows: ActionRow[] = [];
  const problems: string[] = [];
  let otherwise: ActionFile['otherwise'];
  for (const [index, source] of text.split('\n').entries()) {
    const line = index + 1;
    const at = `${name}:${line}`;
    if (IGNORED.test(source)) continue;
    if (/^policy\s/.test(source)) {
      const verb = /^policy\s+default\s+(allow|deny)\s*$/.exec(source)?.[1];
      if (verb !== 'allow' && verb !== 'deny') {
        problems.push(`${at}: only \`policy default allow\` and \`policy default deny\` can be read`);
      } else if (otherwise !== undefined) {
        problems.push(`${at}: \`policy default\` is given twice; line ${otherwise.line} has it already`);
      } else otherwise = { verb, line };
      continue;
    }
    try {
      rows.push(readActionRow(source, line));
    } catch (thrown) {
      problems.push(describeProblem(at, thrown));
    }
  }
  return { name, rows, otherwise, problems };
}

/** One line of text, whatever was thrown. */
export function describeProblem(at: string, thrown: unknown): string {
  const { message, hint } = toMcoError(thrown);
  return `${at}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
}
