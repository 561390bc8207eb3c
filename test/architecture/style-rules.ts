import { exportsDefault, readDeclarations } from './read-imports.ts';
import type { SourceFile } from './source-file.ts';

const MAX_LINES = 250;
const MAX_TEST_LINES = 400;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Names that say nothing of what is inside. */
const EMPTY_FILE_NAMES = new Set(['helper', 'helpers', 'impl', 'misc', 'util', 'utils']);
const EMPTY_NAME = /(Helpers?|Impl|Utils?)$/;
const I_PREFIX = /^I[A-Z][a-z]{2}/;

/** Files and folders in kebab-case; nothing named utils, helpers, Impl or IThing. */
export function checkNames(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const parts = path.replace(/(\.test|\.d)?\.ts$/, '').split('/');
    const problems = parts.flatMap((part) => {
      if (!KEBAB_CASE.test(part)) return [`${path}: \`${part}\` is not in kebab-case`];
      const isEmpty = part.split('-').some((word) => EMPTY_FILE_NAMES.has(word));
      return isEmpty ? [`${path}: \`${part}\` does not say what is inside`] : [];
    });
    const names = readDeclarations(text).flatMap(([keyword, name]) => {
      const isPrefixed = keyword === 'interface' && I_PREFIX.test(name);
      return isPrefixed || EMPTY_NAME.test(name) ? [`${path}: \`${name}\` is not a name to use`] : [];
    });
    return [...new Set([...problems, ...names])];
  });
}

/** Files no longer than 250 lines, tests 400. */
export function checkLengths(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    const limit = path.startsWith('test/') ? MAX_TEST_LINES : MAX_LINES;
    return lines > limit ? [`${path} has ${lines} lines, over ${limit}`] : [];
  });
}

/** Named exports only. Declarations of other people's packages may say what those packages do. */
export function checkExports(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, text }) => !path.endsWith('.d.ts') && exportsDefault(text))
    .map(({ path }) => `${path} has a default export`);
}
