import { open } from 'node:fs/promises';
import { McoError, toMcoError } from '../../core/errors.ts';
import { quoteText } from './quote-text.ts';
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
 * @throws McoError `failed/unreadable-file` or what `build` throws, when the first load fails
 */
export async function createReloading<T>(options: ReloadingOptions<T>): Promise<Reloading<T>> {
  const { paths, maxFileBytes, build, onReload, pollMs } = options;
  let current: T;
  let lastLoad: Promise<void> = Promise.resolve();
  // One load after the other, so that an older one can't overwrite a newer one.
  const reload = () => {
    const load = async () => {
      current = await build(await Promise.all(paths.map((path) => readBounded(path, maxFileBytes))));
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

async function readBounded(path: string, maxBytes: number): Promise<SourceFile> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
      return { path, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new McoError('failed/unreadable-file', `${quoteText(path)} can't be read`, { cause: error });
  }
}
