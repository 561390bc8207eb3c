import * as v from 'valibot';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { describeIssue } from './describe-issue.ts';
import { McoError } from './errors.ts';
import { suggest } from './nearest.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 64;
/** Every level of a block is a column further right than the one around it. */
const MAX_INDENT = 256;

type Path = readonly (string | number)[];

/** A checked YAML file: its value, and the line (from 1) on which the node at a path starts. */
export interface CheckedYaml<T> {
  readonly value: T;
  lineOf(path: readonly (string | number)[]): number;
}

/** YAML text that was taken in, to be held against schemas. */
export interface OpenYaml {
  /** @throws McoError `usage/bad-file` */
  check<T>(schema: v.GenericSchema<unknown, T>): CheckedYaml<T>;
}

/**
 * Reads YAML text against a schema. Unknown and repeated keys are errors, and so are anchors, aliases and tags: what
 * counts is what the eye sees. Each error names file, line and, for a key, the nearest known one.
 *
 * @throws McoError `usage/bad-file`
 */
export const readCheckedYaml = <T>(schema: v.GenericSchema<unknown, T>, text: string, file: string): CheckedYaml<T> =>
  openCheckedYaml(text, file).check(schema);

/**
 * As `readCheckedYaml`, for text that more than one schema is about: large files take their time to parse.
 *
 * @throws McoError `usage/bad-file`
 */
export function openCheckedYaml(text: string, file: string): OpenYaml {
  if (text.length > MAX_BYTES) throw new McoError('usage/bad-file', `${file} is larger than ${MAX_BYTES} bytes`);
  refuseDepth(text, file);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    // Compares each key with each other one: a map of 16,000 people takes seconds. `refuseRepeatedKeys` does not.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new McoError('usage/bad-file', `${file}:${lines.linePos(problem.pos[0]).line}: ${describeYaml(problem)}`);
  }
  const place = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  refuseRepeatedKeys(document, place);
  refuseIndirection(document, text, place);
  const find = createFinder(document);
  const lineOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const offset = find(path.slice(0, length));
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return 1;
  };
  const value = readValue(document, file) ?? {};
  return {
    check(schema) {
      const parsed = v.safeParse(schema, value);
      if (parsed.success) return { value: parsed.output, lineOf };
      throw complain(schema, parsed.issues, (path) => `${file}:${lineOf(path)}`);
    },
  };
}

/** A misspelt key also leaves the right one missing: names the mistake, not its consequence. */
function complain(
  schema: unknown,
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
  placeOf: (path: Path) => string,
): McoError {
  const issue = issues.find(isUnknownKey) ?? issues[0];
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  return new McoError('usage/bad-file', `${placeOf(path)}: ${describe(issue, path)}`, {
    hint: hintFor(schema, issue, path),
    cause: issues,
  });
}

/** A mistake people often make, in our words; the parser's own for the rest. */
function describeYaml({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'there is more than one document in the file';
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** The parser recurses: what is nested deeply enough ends the process, and no `catch` helps. Its lexer does not. */
function refuseDepth(text: string, file: string): void {
  let depth = 0;
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token.includes('\n')) line += token.split('\n').length - 1;
    if (depth > MAX_DEPTH) throw new McoError('usage/bad-file', `${file}:${line}: it is nested too deeply`);
  }
  const deep = text.split('\n').findIndex((one) => (/^[ \t?:-]*/.exec(one)?.[0].length ?? 0) > MAX_INDENT);
  if (deep !== -1) throw new McoError('usage/bad-file', `${file}:${deep + 1}: it is nested too deeply`);
}

/** INVARIANT: no anchors, aliases or tags: an alias or a tagged name as a key replaces a section without a word. */
function refuseIndirection(document: Document, text: string, place: (offset: number) => string): void {
  let found: Node | undefined;
  visit(document, (_key, node) => {
    if (!isNode(node) || !isIndirect(node)) return undefined;
    found = node;
    return visit.BREAK;
  });
  if (found === undefined) return;
  const mark = isAlias(found) ? '*' : 'anchor' in found && found.anchor !== undefined ? '&' : '!';
  const offset = text.lastIndexOf(mark, found.range?.[0] ?? 0);
  const kind = { '*': 'an alias', '&': 'an anchor', '!': 'a tag' }[mark];
  throw new McoError('usage/bad-file', `${place(Math.max(0, offset))}: ${kind} (\`${mark}\`) is not allowed`, {
    hint: `write the value out; text that begins with \`${mark}\` needs quotes`,
  });
}

const isIndirect = (node: Node): boolean =>
  isAlias(node) || ('anchor' in node && node.anchor !== undefined) || node.tag !== undefined;

/** INVARIANT: no key is given twice: the second would replace the first without a word. */
function refuseRepeatedKeys(document: Document, place: (offset: number) => string): void {
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = nameOf(key);
        if (seen.has(name)) throw new McoError('usage/bad-file', `${place(key.range?.[0] ?? 0)}: a key is given twice`);
        seen.add(name);
      }
    },
  });
}

/** What a key is called in the value that is made of it. */
const nameOf = ({ value }: Scalar): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** Tells where the entry at a path begins: with its key in a map, else with the value itself. Maps are indexed once. */
function createFinder(document: Document): (path: readonly (string | number)[]) => number | undefined {
  const indices = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  function entryOf(map: YAMLMap, name: string): Pair | undefined {
    const index =
      indices.get(map) ?? new Map(map.items.map((pair) => [isScalar(pair.key) ? nameOf(pair.key) : '', pair]));
    indices.set(map, index);
    return index.get(name);
  }
  return (path) => {
    let here: unknown = document.contents;
    let offset: number | undefined;
    for (const step of path) {
      const entry = isMap(here) ? entryOf(here, String(step)) : undefined;
      here = isSeq(here) ? here.items[Number(step)] : entry?.value;
      const start = isScalar(entry?.key) ? entry.key : here;
      if (!isNode(start)) return undefined;
      offset = start.range?.[0];
    }
    return offset;
  };
}

function readValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new McoError('usage/bad-file', `${file}: it can't be read as plain data`, { cause });
  }
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function describe(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
  // At the top the parser would quote the whole file, which may be another one than was meant.
  if (path.length === 0) return 'the file is not a map of settings';
  const where = `\`${path.join('.')}\``;
  if (isUnknownKey(issue)) return `unknown key \`${path.at(-1)}\``;
  if (issue.received === 'undefined') return `${where} is missing`;
  return `${where}: ${describeIssue(issue)}`;
}

/** For an unknown key: the nearest of the keys that the schema knows at that place. */
function hintFor(schema: unknown, issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string | undefined {
  if (!isUnknownKey(issue)) return undefined;
  const known = knownKeys(schema, path.slice(0, -1));
  return known.length === 0 ? undefined : suggest(String(path.at(-1)), known);
}

interface SchemaShape {
  readonly type?: string;
  readonly entries?: Record<string, unknown>;
  readonly item?: unknown;
  readonly value?: unknown;
  readonly wrapped?: unknown;
  readonly options?: readonly unknown[];
}

function knownKeys(schema: unknown, path: readonly (string | number)[]): string[] {
  const shape = schema as SchemaShape | undefined;
  if (shape === undefined) return [];
  if (shape.wrapped !== undefined) return knownKeys(shape.wrapped, path);
  if (shape.type === 'union') return (shape.options ?? []).flatMap((option) => knownKeys(option, path));
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(shape.entries ?? {});
  return knownKeys(shape.entries?.[key] ?? shape.item ?? shape.value, rest);
}
