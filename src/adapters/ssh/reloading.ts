import { type McoError, toMcoError } from '../../core/errors.ts';
import { readTrustedFile } from './read-trusted-file.ts';
import { watchFiles } from './watch-files.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface ReloadingOptions<T> {
  readonly paths: readonly string[];
  readonly maxFileBytes: number;
  /** Makes the value of the files' text; may throw `McoError`. */
  build(files: readonly SourceFile[]): T | Promise<T>;
  /** After a reload by itself: without an error the new value is in use, with one the old value stays. */
  onReload?: ((error: McoError | undefined) => void) | undefined;
  readonly pollMs?: number | undefined;
  readonly restMs?: number | undefined;
}

export interface Reloading<T> {
  readonly current: T;
  /** Reads the files now. @throws McoError from reading or building; the old value stays */
  reload(): Promise<void>;
  /** Stops watching. */
  close(): void;
}

/**
 * A value made of files and made anew when they change, swapped in one step; the last good one stays on errors.
 * @throws McoError `failed/unreadable-file`, `failed/exposed-file` or what `build` throws, when the first load fails
 */
export async function createReloading<T>(options: ReloadingOptions<T>): Promise<Reloading<T>> {
  const { paths, maxFileBytes, build, onReload, pollMs, restMs } = options;
  let current: T;
  let lastLoad: Promise<void> = Promise.resolve();
  // One load after the other, so that an older one can't overwrite a newer one.
  const reload = () => {
    const load = async () => {
      const read = async (path: string) => ({ path, text: await readTrustedFile(path, maxFileBytes) });
      current = await build(await Promise.all(paths.map(read)));
    };
    const loading = lastLoad.then(load);
    lastLoad = loading.catch(() => undefined);
    return loading;
  };
  // Watching starts before the first read, so that no change falls in between.
  const watch = await watchFiles({
    paths,
    onChange: () => {
      void reload().then(
        () => onReload?.(undefined),
        (error: unknown) => onReload?.(toMcoError(error)),
      );
    },
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(restMs === undefined ? {} : { restMs }),
  });
  try {
    await reload();
  } catch (error) {
    watch.close();
    throw error;
  }
  return {
    get current() {
      return current;
    },
    reload,
    close: () => watch.close(),
  };
}
