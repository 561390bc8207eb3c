import { isScalar, type Pair, parseDocument, visit } from 'yaml';
import { McoError } from '../../core/errors.ts';
import type { Facts, FactValue } from '../../core/facts.ts';

/** Facts travel inside a reply, which may be nested 32 deep. */
const MAX_DEPTH = 20;

/**
 * Facts from a YAML file, or from JSON when its name ends so. In YAML every value is text, as in MCollective's facts.yaml:
 * an unquoted 14.10 stays `14.10`. In JSON numbers and booleans are what they are.
 *
 * @throws McoError `failed/bad-facts`
 */
export function parseFacts(text: string, file: string): Facts {
  let value: unknown;
  try {
    value = file.endsWith('.json') ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new McoError('failed/bad-facts', `${file} can't be read: ${why.slice(0, 300)}`, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new McoError('failed/bad-facts', `${file} holds no facts: names with values are expected`);
  }
  if (isDeeperThan(value as FactValue, MAX_DEPTH)) {
    throw new McoError('failed/bad-facts', `${file} is nested deeper than ${MAX_DEPTH} levels`);
  }
  return value as Facts;
}

function parseYaml(text: string): unknown {
  // The parser looks for repeated keys in a time that grows with the square of their number.
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'error', uniqueKeys: false });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  visit(document, {
    Map(_key, { items }) {
      refuseRepeatedKeys(items);
    },
  });
  return document.toJS({ maxAliasCount: 100 });
}

function refuseRepeatedKeys(items: readonly Pair[]): void {
  const names = new Set<string>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    if (names.has(name)) throw new Error(`\`${name}\` is there twice`);
    names.add(name);
  }
}

function isDeeperThan(value: FactValue, depth: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return depth === 0 || Object.values(value).some((part) => isDeeperThan(part, depth - 1));
}

/** One class in each line, as Puppet writes classes.txt. */
export function parseClasses(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
}
