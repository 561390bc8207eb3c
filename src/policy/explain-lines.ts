import type { PolicyFile } from './policy.ts';

const MAX_LENGTH = 200;

/**
 * The rule that begins at `FILE:LINE`, on one line, without its comments. Undefined where there is no such line.
 *
 * @param files as the rules call them
 */
export function readRuleText(files: readonly PolicyFile[], at: string): string | undefined {
  const [, name, number] = /^(.*):(\d+)$/.exec(at) ?? [];
  const lines = files.find((file) => file.name === name)?.text.split('\n') ?? [];
  const first = lines[Number(number) - 1];
  if (first === undefined) return undefined;
  const following = lines.slice(Number(number));
  const end = following.findIndex((line) => !isComment(line) && indentOf(line) <= indentOf(first));
  const rule = [first, ...following.slice(0, end === -1 ? undefined : end)]
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isComment(line))
    .join(' ')
    .replace(/^- /, '');
  return rule.length > MAX_LENGTH ? `${rule.slice(0, MAX_LENGTH)}...` : rule;
}

const isComment = (line: string): boolean => /^\s*#/.test(line);

const indentOf = (line: string): number => line.search(/\S|$/);
