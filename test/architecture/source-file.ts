import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Import, readImports } from './read-imports.ts';

/** A source file of the project. */
export interface SourceFile {
  /** From the top of the project, with slashes: `src/core/errors.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export function createSourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: readImports(text) };
}

/** All TypeScript files below the given folders of the current directory; a folder that does not exist holds none. */
export function findSourceFiles(folders: readonly string[]): SourceFile[] {
  return folders.filter(existsSync).flatMap((folder) => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => posix.join(entry.parentPath, entry.name))
      .sort((left, right) => (left < right ? -1 : 1))
      .map((path) => createSourceFile(path, readFileSync(path, 'utf8')));
  });
}

/** Where a relative import leads: a path from the top of the project. */
export function resolveImport(file: SourceFile, specifier: string): string {
  return posix.join(posix.dirname(file.path), specifier);
}

export const isRelative = (specifier: string) => /^\.\.?\//.test(specifier);
