/**
 * Changes to files. Who calls has made sure that the path is one to be written, and that nobody but root may change the
 * directories above it. Every method throws McoError `failed/file` in the system's words, and `failed/timeout`.
 */
export interface FileChanges {
  /** With its content and mode from the first moment on. @throws McoError `failed/exists` unless it may be replaced */
  create(path: string, file: NewFile, signal: AbortSignal): Promise<void>;
  /** Sets the times of what is there to now. */
  touch(path: string, signal: AbortSignal): Promise<void>;
  /** A directory has to be empty. Links are removed, not what they point to. */
  remove(path: string, what: 'file' | 'directory', signal: AbortSignal): Promise<void>;
}

export interface NewFile {
  readonly content: string;
  /** `0644`. */
  readonly mode: string;
  readonly replace: boolean;
}
