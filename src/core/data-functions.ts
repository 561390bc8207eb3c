import type { InputField } from './agent-description.ts';
import { readInputText } from './check-input.ts';
import { isTruthWord, NUMBER } from './compare-value.ts';
import { type ErrorCode, McoError } from './errors.ts';
import type { Comparison, DataTest, Expression, Filter } from './filter.ts';
import { suggest } from './nearest.ts';
import { measurePattern } from './regex.ts';

/** What a field of a data function holds; versions order as the node's own package manager orders them. */
export type DataFieldType = 'text' | 'number' | 'boolean' | 'version';

/** What a data function tells. */
export interface DataField {
  readonly about: string;
  readonly type: DataFieldType;
  /** It has a value only where the argument says of what; left out: the argument makes no difference to it. */
  readonly needsArgument?: boolean | undefined;
}

/** A data function of `-S`, as plain data: both sides check what was typed against it. */
export interface DataFunctionDescription {
  readonly name: string;
  readonly about: string;
  /** Left out: it takes none. */
  readonly argument?: InputField | undefined;
  /** The argument is a regular expression. */
  readonly isPattern?: boolean | undefined;
  readonly fields: Readonly<Record<string, DataField>>;
  /** A node that has not found out by then says so. */
  readonly timeoutMs: number;
  /** A complete expression: `package('libc6').version < '2.19-0ubuntu6.5'`. */
  readonly example: string;
}

/** How versions are ordered. */
export type VersionOrder = 'deb' | 'rpm';

/** One value; undefined: there is none, and nothing matches it. */
export type DataValue = string | number | boolean | { readonly version: string; readonly order: VersionOrder };

/** What a function found: by field, one value or several, of which any may match. */
export type DataAnswer = Readonly<Record<string, DataValue | readonly DataValue[] | undefined>>;

/** What was found out for a filter, by `keyOfCall`. */
export type DataAnswers = ReadonlyMap<string, DataAnswer>;

/** A function and its argument, and which of its fields somebody wants to know: some take longer than others. */
export interface DataCall {
  readonly function: string;
  readonly argument?: string | undefined;
  readonly fields: ReadonlySet<string>;
}

/** A data function as a node has it. */
export interface DataSource {
  readonly description: DataFunctionDescription;
  /**
   * What an argument means on this node, where that may be another one, such as a path over a link. What it means is decided
   * again, and is what `find` is asked.
   *
   * @throws McoError `failed/*`
   */
  settle?(argument: string, signal: AbortSignal): Promise<string>;
  /**
   * At least the wanted fields, as far as they have a value.
   *
   * @throws McoError `failed/*`: it could not be found out, which is not the same as "no"
   */
  find(call: Pick<DataCall, 'argument' | 'fields'>, signal: AbortSignal): Promise<DataAnswer>;
}

/** Which comparisons make sense for a type. */
const COMPARISONS: Readonly<Record<DataFieldType, readonly Comparison[]>> = {
  text: ['=', '!=', '=~', '!~', '<', '>', '<=', '>='],
  number: ['=', '!=', '<', '>', '<=', '>='],
  boolean: ['=', '!='],
  version: ['=', '!=', '=~', '!~', '<', '>', '<=', '>='],
};

/** How many different calls one filter may make on a node. */
export const MAX_DATA_CALLS = 10;

/** All of them together have this long on a node. */
export const DATA_TIMEOUT_MS = 10_000;

/** The policy's name for a data function is `data.NAME`. */
export const DATA_AGENT = 'data';

/** What makes two calls the same. */
export const keyOfCall = ({ function: name, argument }: Pick<DataTest, 'function' | 'argument'>): string =>
  JSON.stringify([name, argument ?? null]);

/** The data tests of a filter, in the order in which they were typed. */
export const listDataTests = ({ where }: Pick<Filter, 'where'>): DataTest[] => where.flatMap(listTests);

function listTests(expression: Expression): readonly DataTest[] {
  if ('data' in expression) return [expression.data];
  if ('not' in expression) return listTests(expression.not);
  const parts = 'all' in expression ? expression.all : 'any' in expression ? expression.any : [];
  return parts.flatMap(listTests);
}

/** Each different call once, with all the fields that are wanted of it. */
export function gatherCalls(tests: readonly DataTest[]): DataCall[] {
  const calls = new Map<string, DataCall & { readonly fields: Set<string> }>();
  for (const { function: name, argument, field } of tests) {
    const call = { function: name, argument, fields: new Set<string>() };
    const key = keyOfCall(call);
    const known = calls.get(key) ?? call;
    known.fields.add(field);
    calls.set(key, known);
  }
  return [...calls.values()];
}

/** What a call is as input of `data.NAME`, for the policy and the audit trail. */
export const inputOfCall = ({ argument }: Pick<DataCall, 'argument'>): { argument?: string } =>
  argument === undefined ? {} : { argument };

/** A call as it is typed, cut to a readable length: `package('libc6')`. */
export function describeCall({ function: name, argument }: Pick<DataCall, 'function' | 'argument'>): string {
  if (argument === undefined) return `${name}()`;
  return `${name}('${argument.length <= 60 ? argument : `${argument.slice(0, 59)}…`}')`;
}

/** What is wrong with a data test, and with which part of it. */
export interface DataFault {
  readonly part: 'function' | 'argument' | 'field' | 'op' | 'value';
  readonly error: McoError;
}

/** Whether data tests make sense to these functions: what is wrong with the first that does not; undefined: they do. */
export function findDataFault(
  tests: readonly DataTest[],
  functions: readonly DataFunctionDescription[],
): DataFault | undefined {
  // An argument may be a pattern, which takes a while to compile: once for each call, however many tests it has.
  const sound = new Set<string>();
  for (const test of tests) {
    const known = functions.find(({ name }) => name === test.function);
    if (known === undefined) return findNameFault(test, functions);
    const key = keyOfCall(test);
    const found = (sound.has(key) ? undefined : findArgumentFault(test, known)) ?? findFieldFault(test, known);
    if (found !== undefined) return found;
    sound.add(key);
  }
  return undefined;
}

function findNameFault({ function: name }: DataTest, functions: readonly DataFunctionDescription[]): DataFault {
  const hint = suggest(
    name,
    functions.map((known) => known.name),
  );
  return fault('function', 'unknown/data-function', [`there is no data function \`${name}\``, hint]);
}

function findArgumentFault({ argument }: DataTest, known: DataFunctionDescription): DataFault | undefined {
  const { name, argument: field, example } = known;
  if (argument === undefined) {
    if (field === undefined || field.optional === true) return undefined;
    return fault('argument', 'usage/missing-argument', [
      `\`${name}()\` needs ${field.about}`,
      `such as \`${example}\``,
    ]);
  }
  if (field === undefined) {
    return fault('argument', 'usage/unexpected-argument', [
      `\`${name}()\` takes no argument`,
      `such as \`${example}\``,
    ]);
  }
  try {
    readInputText('argument', field, argument);
    if (known.isPattern === true) measurePattern({ pattern: argument });
    return undefined;
  } catch (error) {
    if (error instanceof McoError) return { part: 'argument', error };
    throw error;
  }
}

function findFieldFault(
  { argument, field, op, value }: DataTest,
  known: DataFunctionDescription,
): DataFault | undefined {
  const { name, fields, argument: about, example } = known;
  const { type, needsArgument } = (Object.hasOwn(fields, field) ? fields[field] : undefined) ?? {};
  if (type === undefined) {
    const message = `\`${name}()\` has no field \`${field}\``;
    return fault('field', 'unknown/data-field', [message, suggest(field, Object.keys(fields))]);
  }
  if (needsArgument === true && argument === undefined) {
    return fault('argument', 'usage/missing-argument', [
      `\`${name}().${field}\` needs ${about?.about}`,
      `such as \`${example}\``,
    ]);
  }
  if (!COMPARISONS[type].includes(op)) {
    const what = `\`${name}().${field}\` is a ${type}: \`${op}\` does not compare it`;
    return fault('op', 'usage/bad-operator', [what, `known: ${COMPARISONS[type].join(', ')}`]);
  }
  const isPattern = typeof value !== 'string';
  if (isPattern !== (op === '=~' || op === '!~')) {
    return fault('value', 'usage/bad-operator', [
      `\`${op}\` does not compare with this value`,
      'use `=~` for patterns',
    ]);
  }
  const hint = isPattern ? undefined : hintFor(type, value);
  if (hint === undefined) return undefined;
  return fault('value', 'usage/bad-value', [`\`${name}().${field}\` is a ${type}`, hint]);
}

/** What to write instead of a value that can't be one of its type; undefined: it can. */
function hintFor(type: DataFieldType, value: string): string | undefined {
  if (type === 'boolean' && !isTruthWord(value)) return 'compare it with `true` or `false`';
  if (type === 'number' && !NUMBER.test(value)) return 'compare it with a number';
  if (type === 'version' && !/^[A-Za-z0-9]/.test(value))
    return "compare it with a version, such as `'2.19-0ubuntu6.5'`";
  return undefined;
}

function fault(part: DataFault['part'], code: ErrorCode, [message, hint]: readonly [string, string]): DataFault {
  return { part, error: new McoError(code, message, { hint }) };
}
