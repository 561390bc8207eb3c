import { McoError, toMcoError } from '../../core/errors.ts';
import { readBoundedFile, readStamp } from './read-bounded-file.ts';

export interface WatchedFile<T> {
  /** Looks whether the file changed; returns whether its value did. */
  refresh(): boolean;
  /** The last good value; undefined before there was one. */
  value(): T | undefined;
}

interface WatchedFileOptions<T> {
  readonly path: string;
  parse(text: string, path: string): T;
  onProblem(problem: McoError): void;
}

/** A file that is read again when it changes. When it is broken or gone, its last good value stays, and that is reported once. */
export function createWatchedFile<T>({ path, parse, onProblem }: WatchedFileOptions<T>): WatchedFile<T> {
  let stamp = 'never read';
  let value: T | undefined;
  return {
    refresh() {
      const now = readStamp(path);
      if (now === stamp) return false;
      stamp = now;
      try {
        value = parse(readBoundedFile(path), path);
        return true;
      } catch (thrown) {
        const problem = toMcoError(thrown);
        const kept = value === undefined ? '' : '; what it said before stays in force';
        onProblem(new McoError('failed/bad-facts', `${problem.message}${kept}`, { cause: thrown }));
        return false;
      }
    },
    value: () => value,
  };
}
