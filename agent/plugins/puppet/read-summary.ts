/** `last_run_summary.yaml`: numbers by section, and the version of the configuration. */
export interface RunSummary {
  /** s since the epoch; undefined: no run has ended yet. */
  readonly lastRunAt: number | undefined;
  /** Undefined where the run had no catalogue. */
  readonly configVersion: string | undefined;
  readonly resources: Readonly<Record<string, number>>;
  readonly time: Readonly<Record<string, number>>;
  readonly failedEvents: number;
}

type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads the two levels of names that Puppet writes into its summary; what it does not know is left out. */
export function readSummary(text: string): RunSummary {
  const sections = readSections(text);
  const time = numbersOf(sections, 'time');
  const version = sections.get('version')?.get('config') ?? '';
  return {
    lastRunAt: time.last_run,
    configVersion: version === '' || version === '~' ? undefined : unquote(version),
    resources: numbersOf(sections, 'resources'),
    time,
    failedEvents: numbersOf(sections, 'events').failure ?? 0,
  };
}

function readSections(text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    // Puppet 3 writes names as they are, with quotes or as symbols: `"config": 1`, `:config: 1`.
    const [, indent = '', name, value = ''] = /^(\s*)["':]?([A-Za-z0-9_ ]+)["']?:(?: (.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (indent === '') {
      section = new Map();
      sections.set(name, section);
    } else {
      section?.set(name, value.trim());
    }
  }
  return sections;
}

function numbersOf(sections: Sections, name: string): Readonly<Record<string, number>> {
  const found = [...(sections.get(name) ?? [])].map(([key, value]) => [key, Number(value)] as const);
  return Object.fromEntries(found.filter(([, value]) => Number.isFinite(value)));
}

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2');
