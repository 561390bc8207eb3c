import type { BaseIssue } from 'valibot';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text is expected',
  number: 'a number is expected',
  safe_integer: 'a whole number is expected',
  integer: 'a whole number is expected',
  boolean: '`true` or `false` is expected',
  array: 'a list is expected',
  object: 'a section with keys is expected',
  strict_object: 'a section with keys is expected',
  record: 'a section with keys is expected',
};

/** What is wrong with a value of a file, in plain words. What a schema says itself is said as it is. */
export function describeIssue(issue: BaseIssue<unknown>): string {
  const { type, message } = issue;
  if (!message.startsWith('Invalid ')) return message;
  const told = KINDS[type];
  if (told !== undefined) return told;
  const { requirement } = issue as { readonly requirement?: unknown };
  switch (type) {
    case 'min_value':
      return `must be at least ${String(requirement)}`;
    case 'max_value':
      return `must be at most ${String(requirement)}`;
    case 'min_length':
      return describeMinimum(issue, Number(requirement));
    case 'max_length':
      return Array.isArray(issue.input)
        ? `at most ${requirement} are allowed`
        : `is longer than ${requirement} characters`;
    case 'picklist':
    case 'literal':
      return `must be one of ${listChoices(issue.expected)}`;
    default:
      return 'is not what is expected here';
  }
}

function describeMinimum({ input }: BaseIssue<unknown>, least: number): string {
  if (Array.isArray(input))
    return least === 1 ? 'the list is empty: at least one is expected' : `at least ${least} are expected`;
  return least === 1 ? 'is empty' : `is shorter than ${least} characters`;
}

/** `("udp" | "tcp")`, as the library writes choices, as people do. */
const listChoices = (expected: string | null): string =>
  (expected ?? '')
    .replace(/^\(|\)$/g, '')
    .split(' | ')
    .map((choice) => `\`${choice.replaceAll('"', '')}\``)
    .join(', ');
