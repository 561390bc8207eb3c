/** What a path is. `other`: a device, a socket, a named pipe. */
export interface FileState {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** Permission bits as in chmod(1), `0644`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  /** Ms since the epoch. */
  readonly modifiedAt: number;
  readonly changedAt: number;
  readonly accessedAt: number;
  /** Where a link points to, as it is written in it. */
  readonly target?: string | undefined;
}

/**
 * The disk as agents see it. Each call is a child process: a path on a file server that hangs holds up that child, and
 * never the agent. Every method throws McoError `failed/timeout` when the signal aborts and `failed/file` for what the
 * system refuses; paths are absolute.
 */
export interface HostFiles {
  /** Undefined: there is nothing. Links are not followed. */
  look(path: string, signal: AbortSignal): Promise<FileState | undefined>;
  /** The beginning of a file, as UTF-8; undefined: there is none. @param maxBytes default 1 MiB */
  read(
    path: string,
    options: { readonly signal: AbortSignal; readonly maxBytes?: number | undefined },
  ): Promise<string | undefined>;
  /**
   * The last lines of a file, at most 64 KiB; undefined: there is none. The path is one as `resolve` tells it: one that
   * goes over a link, or has become one that does, is refused, and so is what is no file.
   */
  tail(path: string, lines: number, signal: AbortSignal): Promise<string | undefined>;
  /** Names in a directory, sorted; empty where there is none. At most 10,000. */
  list(path: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Of what is in a file, hexadecimal digits; undefined: there is none. Refused as by `tail`, and where the system makes up
   * what it has while it is read, as /proc does: to read that may wait, or take it from who it is for.
   */
  digest(path: string, algorithm: 'sha256' | 'md5', signal: AbortSignal): Promise<string | undefined>;
  /** As `look`, of a path as `locate` tells it: one that goes over a link, or has become one that does, is refused. */
  inspect(path: string, signal: AbortSignal): Promise<FileState | undefined>;
  /** The path with the links on the way followed, its last part as it is; what is not there is taken as it is written. */
  locate(path: string, signal: AbortSignal): Promise<string>;
  /** The path without links and dots; undefined: there is nothing. */
  resolve(path: string, signal: AbortSignal): Promise<string | undefined>;
}
