/** What is taken from `last_run_report.yaml`. */
export interface ReportFacts {
  /** `changed`, `unchanged`, `failed`; undefined: the report says nothing. */
  readonly status: string | undefined;
  /** Puppet before 4.6 does not say: it counts as complete then. */
  readonly isComplete: boolean;
  readonly isNoop: boolean;
  /** `not_used`, `explicitly_requested`, `on_failure` */
  readonly cachedCatalog: string;
  readonly failures: readonly { readonly resource: string; readonly message: string }[];
  readonly errors: readonly string[];
}

const MAX_FAILURES = 5;
const MAX_MESSAGE_LENGTH = 200;
/** What follows when there is no catalogue; the error before it says why. */
const CONSEQUENCE = /skipping run$|^(?:Could not apply complete catalog|Could not send report)/;

/**
 * Looks for a few lines in a report. It is not parsed: that of 1,500 resources takes a second, in which a node would do
 * nothing else.
 *
 * @param text its beginning and, where it is cut, its last lines
 */
export function readReport(text: string): ReportFacts {
  const top = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1]?.trim();
  const errors = readErrors(text);
  const failures = errors.flatMap(({ source, message }) => {
    const resource = resourceOf(source);
    return resource === undefined ? [] : [{ resource, message }];
  });
  const own = errors.filter(({ source, message }) => resourceOf(source) === undefined && !CONSEQUENCE.test(message));
  return {
    status: top('status'),
    isComplete: top('transaction_completed') !== 'false',
    isNoop: top('noop') === 'true',
    cachedCatalog: top('cached_catalog_status') ?? 'not_used',
    failures: firstOfEach(failures).slice(0, MAX_FAILURES),
    errors: own.slice(0, MAX_FAILURES).map(({ message }) => message),
  };
}

interface Complaint {
  readonly source: string;
  readonly message: string;
}

/** Who complains without a consequence: single facts that can't be told, on some machines dozens in each run. */
const HARMLESS_SOURCES = ['', 'Facter'];

/** The log lines of level `err` and worse. */
function readErrors(text: string): readonly Complaint[] {
  const start = text.search(/^logs:$/m);
  if (start === -1) return [];
  const rest = text.slice(start + 'logs:'.length);
  const end = rest.search(/^[a-z_]+:/m);
  return rest
    .slice(0, end === -1 ? undefined : end)
    .split(/^ *- (?=level:|!ruby)/m)
    .flatMap((entry) => {
      if (!/^ *level: (?:!ruby\/sym(?:bol)? )?:?(?:err|alert|emerg|crit)$/m.test(entry)) return [];
      const source = readField(entry, 'source');
      return HARMLESS_SOURCES.includes(source)
        ? []
        : [{ source, message: readField(entry, 'message').slice(0, MAX_MESSAGE_LENGTH) }];
    });
}

/** A text of one entry, however it was quoted and folded, on one line. */
function readField(entry: string, name: string): string {
  const found = new RegExp(`^( *)${name}: (.*(?:\\n\\1 +.*)*)`, 'm').exec(entry)?.[2] ?? '';
  const text = found
    .replace(/^[|>][-+]?(?=\n)/, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text.startsWith('"'))
    return text
      .slice(1, -1)
      .replace(/\\(["\\/])/g, '$1')
      .replace(/\\[nrt ]\s*/g, ' ');
  return text;
}

/** `File[/etc/motd]` of `/Stage[main]/Main/File[/etc/motd]/ensure`; undefined for what is no resource. */
function resourceOf(source: string): string | undefined {
  if (!source.startsWith('/')) return undefined;
  return splitOutsideBrackets(source).findLast((part) => part.endsWith(']'));
}

/** The parts between slashes, without those in titles. */
function splitOutsideBrackets(source: string): readonly string[] {
  let depth = 0;
  const parts = [''];
  for (const char of source) {
    if (char === '[') depth += 1;
    if (char === ']') depth -= 1;
    if (char === '/' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char}`);
  }
  return parts;
}

function firstOfEach<T extends { readonly resource: string }>(list: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return list.filter(({ resource }) => !seen.has(resource) && seen.add(resource));
}
