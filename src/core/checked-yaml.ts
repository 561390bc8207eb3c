import * as v from 'valibot';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import { McoError } from './errors.ts';
import { suggest } from './nearest.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 64;
/** Every level of a block is a column further right than the one around it. */
const MAX_INDENT = 256;

/** A checked YAML file: its value, and the line (from 1) on which the node at a path starts. */
export interface CheckedYaml<T> {
  readonly value: T;
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * Reads YAML text against a schema. Unknown and repeated keys are errors, and so are anchors, aliases and tags: what
 * counts is what the eye sees. Each error names file, line and, for a key, the nearest known one.
 *
 * @throws McoError `usage/bad-file`
 */
export function readCheckedYaml<T>(schema: v.GenericSchema<unknown, T>, text: string, file: string): CheckedYaml<T> {
  if (text.length > MAX_BYTES) throw new McoError('usage/bad-file', `${file} is larger than ${MAX_BYTES} bytes`);
  refuseDepth(text, file);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new McoError('usage/bad-file', `${file}:${lines.linePos(problem.pos[0]).line}: ${describeYaml(problem)}`);
  }
  refuseIndirection(document, text, (offset) => `${file}:${lines.linePos(offset).line}`);
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return 1;
  };
  const parsed = v.safeParse(schema, readValue(document, file) ?? {});
  if (parsed.success) return { value: parsed.output, lineOf };
  // A misspelt key also leaves the right one missing: name the mistake, not its consequence.
  const issue = parsed.issues.find(isUnknownKey) ?? parsed.issues[0];
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  throw new McoError('usage/bad-file', `${file}:${lineOf(path)}: ${describe(issue, path)}`, {
    hint: hintFor(schema, issue, path),
    cause: parsed.issues,
  });
}

/** The two mistakes people make most, in our words; the parser's own for the rest. */
function describeYaml({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'there is more than one document in the file';
  if (code === 'DUPLICATE_KEY') return 'a key is given twice';
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

/** Where the entry at a path begins: with its key in a map, else with the value itself. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const key = parent.items
      .map((pair) => pair.key)
      .find((one) => isScalar(one) && String(one.value) === String(path.at(-1)));
    if (isScalar(key) && key.range) return key.range[0];
  }
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
  return node?.range?.[0];
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
  return `${where}: ${issue.message}`;
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
