import { isBuiltin } from 'node:module';
import { findLayer, INHABITED, type Layer, REGISTRIES } from './layers.ts';
import { mentions } from './read-imports.ts';
import { isRelative, resolveImport, type SourceFile } from './source-file.ts';

/** Modules that start other programs, and the only folders that may have them. */
const STARTING = new Set(['child_process', 'cluster']);
const MAY_START = ['src/adapters/exec/', 'test/', 'bench/'];
/** Ways to a module that are no imports. */
const BACK_DOORS = ['createRequire', 'getBuiltinModule'];

/** Every import that the table of layers forbids. */
export function checkImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const layer = findLayer(file.path);
    if (layer === undefined) return [`${file.path} is in a folder that has no rule`];
    const problems = file.imports.flatMap(({ specifier, line }) => {
      const problem = specifier === undefined ? 'a computed name' : findProblem(file, specifier, layer);
      return problem === undefined ? [] : [`${file.path}:${line} may not import ${problem}`];
    });
    const sneaks = !isOpen(layer) && mentions(file.text, BACK_DOORS);
    return sneaks ? [...problems, `${file.path} may not go round imports`] : problems;
  });
}

const isOpen = ({ name }: Layer) => name === 'test/' || name === 'bench/';

function findProblem(file: SourceFile, specifier: string, layer: Layer): string | undefined {
  if (isRelative(specifier)) {
    const target = resolveImport(file, specifier);
    const isClosed = layer.closed !== undefined && target.startsWith(layer.closed);
    return !isClosed && layer.project.some((prefix) => target.startsWith(prefix)) ? undefined : target;
  }
  if (isBuiltin(specifier)) {
    const starts = STARTING.has(specifier.replace(/^node:/, ''));
    const allowed = layer.node && (!starts || MAY_START.some((prefix) => file.path.startsWith(prefix)));
    return allowed ? undefined : specifier;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const isPackage = /^(@[\w.-]+\/)?[a-z][\w.-]*$/.test(name);
  return isPackage && (layer.packages === 'all' || layer.packages.includes(name)) ? undefined : specifier;
}

/** Every ring of files that import one another; type imports count. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const cycles: string[] = [];

  const visit = (file: SourceFile, way: readonly string[]): void => {
    const start = way.indexOf(file.path);
    if (start !== -1) cycles.push([...way.slice(start), file.path].join(' -> '));
    if (start !== -1 || finished.has(file.path)) return;
    for (const { specifier } of file.imports) {
      if (specifier === undefined || !isRelative(specifier)) continue;
      const next = byPath.get(resolveImport(file, specifier));
      if (next !== undefined) visit(next, [...way, file.path]);
    }
    finished.add(file.path);
  };

  for (const file of files) visit(file, []);
  return cycles;
}

/** Every command and plugin that its index does not import. The compiler refuses an import that is then not used. */
export function checkRegistries(files: readonly SourceFile[]): string[] {
  return REGISTRIES.flatMap((registry) => {
    const index = files.find(({ path }) => path === `${registry}index.ts`);
    if (index === undefined) return [`${registry} has no index.ts`];
    const listed = index.imports.map(({ specifier }) => nameEntry(registry, resolveImport(index, specifier ?? '')));
    const entries = files.filter(({ path }) => path.startsWith(registry)).map(({ path }) => nameEntry(registry, path));
    return [...new Set(entries)]
      .filter((entry) => entry !== 'index.ts' && !listed.includes(entry))
      .map((entry) => `${registry}${entry} is not listed in ${index.path}`);
  });
}

const nameEntry = (registry: string, path: string) => path.slice(registry.length).split('/')[0] ?? '';

/** Every folder of the table that holds no file: a rule that looks at nothing can't fail. */
export function findEmptyFolders(files: readonly SourceFile[]): string[] {
  const innermost = (path: string) =>
    INHABITED.filter((name) => path.startsWith(name))
      .sort(byLength)
      .at(-1);
  const inhabited = new Set(files.map(({ path }) => innermost(path)));
  return INHABITED.filter((name) => !inhabited.has(name)).map((name) => `${name} holds no source file`);
}

const byLength = (left: string, right: string) => left.length - right.length;
