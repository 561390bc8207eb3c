/** MCollective's ActionPolicy on structured rows: the first row that matches wins. Written without the importer. */
export interface OracleRow {
  readonly verb: 'allow' | 'deny';
  /** Caller ids and groups; `*` for all. */
  readonly callers: '*' | readonly string[];
  readonly actions: '*' | readonly string[];
  readonly facts: '*' | Condition;
  /** Undefined: the row has four columns. */
  readonly classes: '*' | Condition | undefined;
}

/** A list, all of which must be true, or an expression. */
export type Condition = { readonly list: readonly string[] } | { readonly expression: Test };

export type Test =
  | string
  | { readonly not: Test }
  | { readonly and: readonly Test[] }
  | { readonly or: readonly Test[] };

export interface OracleRequest {
  readonly caller: string;
  readonly action: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
}

export interface OracleFile {
  readonly rows: readonly OracleRow[];
  readonly otherwise: 'allow' | 'deny';
}

type OracleGroups = Readonly<Record<string, readonly string[]>>;

export function isAllowedThere({ rows, otherwise }: OracleFile, groups: OracleGroups, request: OracleRequest): boolean {
  for (const row of rows) {
    const isCaller =
      row.callers === '*' || row.callers.some((one) => one === request.caller || groups[one]?.includes(request.caller));
    const isAction = row.actions === '*' || row.actions.includes(request.action);
    if (isCaller && isAction && holds(row.facts, request) && holds(row.classes ?? '*', request)) {
      return row.verb === 'allow';
    }
  }
  return otherwise === 'allow';
}

function holds(condition: '*' | Condition, request: OracleRequest): boolean {
  if (condition === '*') return true;
  return 'list' in condition
    ? condition.list.every((test) => isTrue(test, request))
    : isTrue(condition.expression, request);
}

function isTrue(test: Test, request: OracleRequest): boolean {
  if (typeof test !== 'string') {
    if ('not' in test) return !isTrue(test.not, request);
    return 'and' in test
      ? test.and.every((part) => isTrue(part, request))
      : test.or.some((part) => isTrue(part, request));
  }
  const [fact = '', value] = test.split('=');
  if (value !== undefined) return request.facts[fact] === value;
  const pattern = /^\/(.*)\/$/.exec(test)?.[1];
  return request.classes.some((name) => (pattern === undefined ? name === test : new RegExp(pattern).test(name)));
}

/** The file as somebody would have written it. */
export function writeOracleFile({ rows, otherwise }: OracleFile): string {
  const lines = rows.map(({ verb, callers, actions, facts, classes }) =>
    [
      verb,
      writeList(callers),
      writeList(actions),
      writeCondition(facts),
      ...(classes === undefined ? [] : [writeCondition(classes)]),
    ].join('\t'),
  );
  return [`policy default ${otherwise}`, ...lines, ''].join('\n');
}

const writeList = (list: '*' | readonly string[]): string => (list === '*' ? '*' : list.join(' '));

function writeCondition(condition: '*' | Condition): string {
  if (condition === '*') return '*';
  return 'list' in condition ? condition.list.join(' ') : writeTest(condition.expression);
}

function writeTest(test: Test): string {
  if (typeof test === 'string') return test;
  if ('not' in test) return typeof test.not === 'string' ? `!${test.not}` : `not (${writeTest(test.not)})`;
  const [joint, parts] = 'and' in test ? ['and', test.and] : ['or', test.or];
  return parts
    .map((part) => (typeof part === 'string' || 'not' in part ? writeTest(part) : `(${writeTest(part)})`))
    .join(` ${joint} `);
}
