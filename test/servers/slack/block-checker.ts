import { isRecord } from './read-arguments.ts';

/** What is wrong with a message's blocks, as Slack words it, and the sums that hold for the message as a whole. */
export interface BlockCheck {
  readonly problems: string[];
  textLength: number;
  markdownLength: number;
  tables: number;
}

export type Fields = Readonly<Record<string, unknown>>;

export const say = (check: BlockCheck, problem: string, pointer: string): void => {
  check.problems.push(`${problem} [json-pointer:${pointer}]`);
};

/** An object of one of these types with these keys and no others. */
export function checkShape(
  check: BlockCheck,
  at: { value: unknown; pointer: string },
  shape: { types?: readonly string[]; needed: readonly string[]; allowed: readonly string[] },
): Fields | undefined {
  const { value, pointer } = at;
  if (!isRecord(value)) {
    say(check, 'must provide an object', pointer);
    return undefined;
  }
  if (shape.types !== undefined && !shape.types.includes(String(value.type))) {
    say(check, `unsupported type: ${String(value.type)}`, `${pointer}/type`);
    return undefined;
  }
  for (const key of shape.needed) if (value[key] === undefined) say(check, `missing required field: ${key}`, pointer);
  for (const key of Object.keys(value))
    if (key !== 'type' && !shape.needed.includes(key) && !shape.allowed.includes(key))
      say(check, `invalid additional property: ${key}`, pointer);
  return value;
}

/** A text of 1 to `max` characters. */
export function checkText(check: BlockCheck, at: { value: unknown; pointer: string }, max: number): void {
  const { value, pointer } = at;
  if (typeof value !== 'string') return say(check, 'must be a string', pointer);
  check.textLength += value.length;
  if (value.length === 0) say(check, 'must be more than 0 characters', pointer);
  if (value.length > max) say(check, `must be less than ${max + 1} characters`, pointer);
}

/** An identifier or a value: a text that is not shown and not counted. */
export function checkName(check: BlockCheck, at: { value: unknown; pointer: string }, max: number): void {
  const { value, pointer } = at;
  if (value === undefined) return;
  if (typeof value !== 'string') return say(check, 'must be a string', pointer);
  if (value.length === 0) say(check, 'must be more than 0 characters', pointer);
  if (value.length > max) say(check, `must be less than ${max + 1} characters`, pointer);
}

export function checkFlags(check: BlockCheck, at: { value: Fields; pointer: string }, names: readonly string[]): void {
  for (const name of names)
    if (at.value[name] !== undefined && typeof at.value[name] !== 'boolean')
      say(check, 'must be a boolean', `${at.pointer}/${name}`);
}

/** A list of `min` to `max` things; each goes to `each` with its pointer. */
export function checkList(
  check: BlockCheck,
  at: { value: unknown; pointer: string; min?: number; max: number },
  each: (value: unknown, pointer: string) => void,
): void {
  const { value, pointer, min = 1, max } = at;
  if (!Array.isArray(value)) return say(check, 'must be an array', pointer);
  if (value.length < min) say(check, `no fewer than ${min} items allowed`, pointer);
  if (value.length > max) say(check, `no more than ${max} items allowed`, pointer);
  value.forEach((item: unknown, index) => {
    each(item, `${pointer}/${index}`);
  });
}

/** A text object: `plain_text` with `emoji`, or `mrkdwn` with `verbatim`. */
export function checkTextObject(
  check: BlockCheck,
  at: { value: unknown; pointer: string; types?: readonly string[] },
  max: number,
): void {
  const { types = ['plain_text', 'mrkdwn'] } = at;
  const isPlain = isRecord(at.value) && at.value.type === 'plain_text';
  const text = checkShape(check, at, { types, needed: ['text'], allowed: [isPlain ? 'emoji' : 'verbatim'] });
  if (text === undefined) return;
  checkText(check, { value: text.text, pointer: `${at.pointer}/text` }, max);
  checkFlags(check, { value: text, pointer: at.pointer }, ['emoji', 'verbatim']);
}
