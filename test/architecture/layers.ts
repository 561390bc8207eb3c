/** What the files of one folder may import. */
export interface Layer {
  /** The part of the project that the rule is for, as a prefix of paths. */
  readonly name: string;
  /** Prefixes of the project's paths. */
  readonly project: readonly string[];
  /** A prefix that stays closed although `project` covers it. */
  readonly closed?: string;
  /** Names of npm packages, or all. */
  readonly packages: readonly string[] | 'all';
  readonly node: boolean;
}

/** Packages that only compute: no files, no sockets, no clocks. */
const PURE = ['valibot', 'yaml', 're2js', 'fastest-levenshtein'];
const PRODUCT = ['src/', 'commands/', 'agent/'];

const LAYERS: readonly Layer[] = [
  { name: 'src/core/', project: ['src/core/'], packages: PURE, node: false },
  { name: 'src/language/', project: ['src/core/', 'src/language/'], packages: ['yargs-parser'], node: false },
  {
    name: 'src/policy/',
    project: ['src/core/', 'src/language/', 'src/policy/'],
    packages: PURE,
    node: false,
  },
  { name: 'src/render/', project: ['src/core/', 'src/render/'], packages: PURE, node: false },
  {
    name: 'src/bot/',
    project: ['src/core/', 'src/policy/', 'src/language/', 'src/render/', 'src/bot/'],
    packages: [],
    node: false,
  },
  { name: 'src/main/', project: PRODUCT, packages: 'all', node: true },
  { name: 'test/', project: [...PRODUCT, 'test/', 'bench/'], packages: 'all', node: true },
  { name: 'bench/', project: [...PRODUCT, 'test/', 'bench/'], packages: 'all', node: true },
];

/** Folders of which each file or folder stands alone: it never imports a sibling, but the index may import all. */
export const REGISTRIES = ['agent/plugins/', 'commands/'] as const;

/** The folders that must not be empty: a rule that looks at no file can't fail. */
export const INHABITED = [
  ...LAYERS.map(({ name }) => name).filter((name) => name !== 'bench/'),
  ...REGISTRIES,
  'src/adapters/',
  'agent/',
];

/** The rule for one file, or nothing for a file in a folder that has no rule. */
export function findLayer(path: string): Layer | undefined {
  const [, registry, own] = /^(commands\/|agent\/plugins\/)([^/]+\/?)/.exec(path) ?? [];
  if (registry !== undefined && own !== undefined) {
    const siblings = path === `${registry}index.ts` ? registry : `${registry}${own}`;
    return { name: `${registry}${own}`, project: ['src/core/', siblings], packages: [], node: false };
  }
  const adapter = /^src\/adapters\/[^/]+\//.exec(path)?.[0];
  if (adapter !== undefined) return { name: adapter, project: ['src/core/', adapter], packages: 'all', node: true };
  if (path.startsWith('agent/')) {
    const project = ['src/core/', 'src/policy/', 'agent/'];
    return { name: 'agent/', project, closed: 'agent/plugins/', packages: [], node: false };
  }
  return LAYERS.find(({ name }) => path.startsWith(name));
}
