import { type McoError, toMcoError } from '../../core/errors.ts';
import { type FileText, listFiles, readFile } from './read-files.ts';

const POLL_MS = 2000;

interface Callbacks<T> {
  /** A change was read and is in force. */
  readonly onReload: (policy: T, before: T) => void;
  /** A change is malformed: the last good policy stays in force. Called once for each change. */
  readonly onError: (error: McoError) => void;
  /** Calls `look` again and again; the returned function ends that. Default: every 2 s, without keeping the process up. */
  readonly repeat?: ((look: () => void) => () => void) | undefined;
}

/** All YAML files of a directory, or one file. `read` makes the policy of them, or throws `McoError`. */
export type PolicyStoreOptions<T> = Callbacks<T> &
  (
    | { readonly dir: string; readonly file?: undefined; readonly read: (files: readonly FileText[]) => T }
    | { readonly file: string; readonly dir?: undefined; readonly read: (file: FileText) => T }
  );

export interface PolicyStore<T> {
  /** The last good policy. */
  current(): T;
  close(): void;
}

/** What stood in the files, and the policy that it makes. */
interface Seen<T> {
  readonly mark: string;
  make(): T;
}

/**
 * Reads a policy from disk and again whenever its files change. Contents are compared, as times of files are too coarse.
 * A change counts once it stood for one interval: half of a file that is being written may be a well-formed policy that
 * lacks its deny rules.
 *
 * @throws McoError `usage/bad-file` when the policy is malformed at the start
 */
export function createPolicyStore<T>(options: PolicyStoreOptions<T>): PolicyStore<T> {
  const { onReload, onError, repeat = repeatUnattended } = options;
  const first = see(options);
  let policy = first.make();
  let settled = first.mark;
  let last = first.mark;

  const look = (): void => {
    const seen = see(options);
    const stands = seen.mark === last;
    last = seen.mark;
    if (!stands || seen.mark === settled) return;
    settled = seen.mark;
    const before = policy;
    try {
      policy = seen.make();
    } catch (thrown) {
      onError(toMcoError(thrown));
      return;
    }
    onReload(policy, before);
  };
  return { current: () => policy, close: repeat(look) };
}

/** Files that can't be read have a mark too, so that it is told once. */
function see<T>(options: PolicyStoreOptions<T>): Seen<T> {
  try {
    if (options.file !== undefined) {
      const file = readFile(options.file);
      return { mark: file.text, make: () => options.read(file) };
    }
    const files = listFiles(options.dir).map(readFile);
    return { mark: JSON.stringify(files), make: () => options.read(files) };
  } catch (thrown) {
    const error = toMcoError(thrown);
    const make = (): T => {
      throw error;
    };
    return { mark: `\0${error.message}`, make };
  }
}

function repeatUnattended(look: () => void): () => void {
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
