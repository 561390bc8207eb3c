import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

export interface WatchOptions {
  readonly paths: readonly string[];
  /** Called after the files came to rest. It must not throw. */
  onChange(): void;
  /** How often the files are looked at even when no event comes. Default 5 s. */
  readonly pollMs?: number;
  /** How long the files must rest: half of a list that is being written may lack its `@revoked` lines. Default 2 s. */
  readonly restMs?: number;
}

export interface FileWatch {
  close(): void;
}

/**
 * Tells when files change. It watches their directories, because a watched file that is replaced by a rename is never
 * heard of again; and it looks at them now and then, because events get lost (network file systems, links).
 * Never keeps the process alive.
 */
export async function watchFiles(options: WatchOptions): Promise<FileWatch> {
  const { paths, onChange, pollMs = 5000, restMs = 2000 } = options;
  let last = await describeFiles(paths);
  let isClosed = false;
  let resting: NodeJS.Timeout | undefined;
  const watchers = new Map<string, FSWatcher>();

  async function look(): Promise<void> {
    const now = await describeFiles(paths);
    if (isClosed || now === last) return;
    last = now;
    waitForRest();
  }

  function waitForRest(): void {
    clearTimeout(resting);
    resting = setTimeout(() => void settle(), restMs).unref();
  }

  /** INVARIANT: a change counts once it stood for `restMs`, also when no event told of the last part of it. */
  async function settle(): Promise<void> {
    const seen = last;
    const now = await describeFiles(paths);
    // A change that was noticed meanwhile began to wait already.
    if (isClosed || last !== seen) return;
    last = now;
    if (now === seen) onChange();
    else waitForRest();
  }

  function watchDirectories(): void {
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      if (watchers.has(folder)) continue;
      const names = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
      const watcher = tryWatch(folder, (name) => {
        if (name === null || names.has(name)) void look();
      });
      if (watcher === undefined) continue;
      watchers.set(folder, watcher);
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
      });
    }
  }

  watchDirectories();
  const poll = setInterval(() => {
    watchDirectories();
    void look();
  }, pollMs).unref();
  return {
    close() {
      isClosed = true;
      clearInterval(poll);
      clearTimeout(resting);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

function tryWatch(folder: string, onEvent: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, (_event, name) => onEvent(name));
  } catch {
    return undefined;
  }
}

/** Identity, size and times of the files as one text, to compare. */
async function describeFiles(paths: readonly string[]): Promise<string> {
  const all = paths.map(async (path) => {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch {
      return 'missing';
    }
  });
  return (await Promise.all(all)).join('\n');
}
