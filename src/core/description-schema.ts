import * as v from 'valibot';
import type { ActionDescription, AgentDescription, Aggregation, InputField, OutputField } from './agent-description.ts';
import { requireCoherent } from './check-description.ts';
import { describeIssue } from './describe-issue.ts';
import { McoError } from './errors.ts';
import { escapeText } from './escape-text.ts';
import { decodeJson } from './json.ts';
import { LIMITS } from './limits.ts';
import { wordSchema } from './names.ts';
import { suggest } from './nearest.ts';

/** The largest description, bytes of JSON. */
export const MAX_DESCRIPTION_BYTES = 64 * 1024;

const MAX_ACTIONS = 100;
const MAX_INPUTS = 50;
const MAX_OUTPUTS = 100;
const MAX_LIST = 100;

/** One line of text. Whatever shows it escapes it all the same. */
const text = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.minLength(1, 'is empty'),
    v.maxLength(maxLength),
    v.regex(/^\P{Cc}*$/u, 'holds a control character; one line of text is expected'),
  );

const whole = (min: number, max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min, `is less than ${min}`), v.maxValue(max, `is more than ${max}`));

const finite = v.pipe(v.number(), v.finite());
const scalar = v.union(
  [v.pipe(v.string(), v.maxLength(1000)), finite, v.boolean()],
  'text, a number, `true` or `false` is expected',
);

/** A section by name, at most so many. Not valibot's own limit on entries, which would check them all first. */
const named = <T>(schema: v.GenericSchema<unknown, T>, max: number) =>
  v.pipe(
    v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), SECTION),
    v.check((value) => Object.keys(value).length <= max, `at most ${max} are allowed`),
    v.record(wordSchema, schema),
  );
const SECTION = 'a section with keys is expected';

const inputSchema: v.GenericSchema<unknown, InputField> = v.strictObject({
  about: text(300),
  type: v.picklist(['string', 'integer', 'number', 'boolean']),
  optional: v.optional(v.boolean()),
  default: v.optional(scalar),
  maxLength: v.optional(whole(1, 65_536)),
  pattern: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.patternLength))),
  isPattern: v.optional(v.boolean()),
  isPath: v.optional(v.boolean()),
  oneOf: v.optional(v.pipe(v.array(scalar), v.minLength(1), v.maxLength(MAX_LIST))),
  min: v.optional(finite),
  max: v.optional(finite),
  secret: v.optional(v.boolean()),
});

const outputSchema: v.GenericSchema<unknown, OutputField> = v.strictObject({
  about: text(300),
  label: text(60),
  type: v.optional(v.picklist(['string', 'integer', 'number', 'boolean', 'list', 'object'])),
  units: v.optional(named(v.picklist(['seconds', 'bytes', 'kibibytes']), MAX_LIST)),
});

/** Every one that there is: one that is missing here does not compile. */
const AGGREGATIONS = Object.keys({
  summary: true,
  average: true,
  sum: true,
  distribution: true,
} satisfies Record<Aggregation['function'], true>) as Aggregation['function'][];

const aggregationSchema = v.strictObject({ function: v.picklist(AGGREGATIONS), output: wordSchema });

const effect = v.picklist(['read', 'write']);

const actionSchema: v.GenericSchema<unknown, ActionDescription> = v.strictObject({
  about: text(300),
  effect,
  dryRun: v.optional(effect),
  isJob: v.optional(v.boolean()),
  timeoutMs: whole(100, 86_400_000),
  input: named(inputSchema, MAX_INPUTS),
  output: named(outputSchema, MAX_OUTPUTS),
  aggregate: v.optional(v.pipe(v.array(aggregationSchema), v.maxLength(20))),
  words: v.optional(v.pipe(v.array(wordSchema), v.maxLength(20))),
  line: v.optional(text(500)),
  display: v.optional(v.picklist(['ok', 'failed', 'always'])),
  examples: v.optional(v.pipe(v.array(text(500)), v.maxLength(20))),
});

const descriptionSchema: v.GenericSchema<unknown, AgentDescription> = v.strictObject({
  agent: wordSchema,
  version: v.pipe(v.string(), v.regex(/^\d[0-9A-Za-z.+~-]{0,63}$/, 'is not a version such as `1.0.0`')),
  about: text(300),
  actions: v.pipe(
    named(actionSchema, MAX_ACTIONS),
    v.check((actions) => Object.keys(actions).length > 0, 'at least one action is expected'),
  ),
});

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an agent's description from JSON: of an external agent, or of an agent that a node told of. Unknown keys are
 * errors; everything is bounded; what refers to something refers to what is there.
 *
 * @throws McoError `usage/bad-description` with the place of the first mistake
 */
export function readDescription(bytes: Uint8Array): AgentDescription {
  const parsed = v.safeParse(descriptionSchema, parse(bytes), { abortEarly: true });
  if (parsed.success) {
    requireCoherent(parsed.output);
    return parsed.output;
  }
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue) ?? 'the description';
  const stranger = findStranger(issue);
  if (stranger === undefined) {
    throw new McoError('usage/bad-description', `\`${path.slice(0, 200)}\`: ${describeKey(issue).slice(0, 300)}`);
  }
  const place = [...stranger.path, stranger.key].join('.');
  throw new McoError(
    'usage/bad-description',
    `\`${escapeText(place, 200)}\`: there is no such key; ${suggest(stranger.key, stranger.known)}`,
  );
}

/** As `readDescription`, for one that was parsed already. */
export function checkDescription(value: unknown): AgentDescription {
  return readDescription(encoder.encode(JSON.stringify(value) ?? ''));
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_DESCRIPTION_BYTES) {
    throw new McoError('usage/bad-description', `it has more than ${MAX_DESCRIPTION_BYTES} bytes`);
  }
  try {
    return decodeJson(bytes, MAX_DESCRIPTION_BYTES);
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    const message = thrown.code === 'untrusted/not-json' ? describeSyntax(bytes) : thrown.message;
    throw new McoError('usage/bad-description', message, { cause: thrown });
  }
}

/** What the parser says of it, which quotes the place. */
function describeSyntax(bytes: Uint8Array): string {
  let all: string;
  try {
    all = decoder.decode(bytes);
  } catch {
    return 'it is not UTF-8';
  }
  try {
    JSON.parse(all);
    return 'it is not JSON';
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : '';
    return `it is not JSON: ${escapeText(why.charAt(0).toLowerCase() + why.slice(1), 200)}`;
  }
}

/** The key that is not known where one is not known or missing: a misspelt key is both, and its spelling tells more. */
function findStranger(issue: v.BaseIssue<unknown>) {
  const items = issue.path ?? [];
  const parent = items.at(-1)?.input;
  if (issue.type !== 'strict_object' || typeof parent !== 'object' || parent === null) return undefined;
  if (issue.expected !== 'never' && issue.input !== undefined) return undefined;
  const path = items.slice(0, -1).map(({ key }) => String(key));
  const known = listKnownKeys(path);
  const key = Object.keys(parent).find((name) => !known.includes(name));
  return key === undefined ? undefined : { path, key, known };
}

function listKnownKeys([section, , part, ...rest]: readonly string[]): string[] {
  const within = { input: inputSchema, output: outputSchema, aggregate: aggregationSchema }[part ?? ''];
  const ofAction = rest.length === 0 ? actionSchema : within;
  const schema = section === undefined ? descriptionSchema : ofAction;
  return Object.keys((schema as { readonly entries?: object } | undefined)?.entries ?? {});
}

/** A key that is not known, or missing, is told as such. */
function describeKey(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return describeIssue(issue);
  if (issue.expected === 'never') return 'there is no such key';
  return issue.input === undefined ? 'is missing' : describeIssue(issue);
}
