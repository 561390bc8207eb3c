import { McoError } from '../../core/errors.ts';
import { type AppendFile, openAppendFile } from './audit-file.ts';
import { reasonOf } from './log-failure.ts';
import { ROTATION_DISK, type RotationDisk, rotateFiles } from './rotate-files.ts';

/** How much longer a file grows that can't be renamed before that is tried again. */
const RETRY_ROTATION_BYTES = 1024 * 1024;

/** When a file is over `maxBytes` a new one is begun, and `keep` older ones stay: `PATH.1` is the newest of them. */
export interface Rotation {
  readonly maxBytes: number;
  readonly keep: number;
}

export interface CurrentFileOptions {
  readonly path: string;
  /** Default: the file grows for ever. Only one process may rotate a file. */
  readonly rotate?: Rotation | undefined;
  /** Default: the file system. */
  openFile?(path: string): Promise<AppendFile>;
  readonly rotationDisk?: RotationDisk;
  /** Told when a file can't be rotated. Records go on into it. */
  onProblem?(problem: McoError): void;
}

/** The file that goes by a name now, whoever renames or removes it. */
export interface CurrentFile {
  get(): Promise<AppendFile>;
  /** As `get`, after a rotation if it is due: between two writes, so that nothing is in two files. */
  getWithRoom(): Promise<AppendFile>;
  /** Closes it; the next `get` opens it anew. Never rejects. */
  drop(): Promise<void>;
}

export function createCurrentFile(options: CurrentFileOptions): CurrentFile {
  const { path, rotate, openFile = openAppendFile, rotationDisk = ROTATION_DISK, onProblem } = options;
  let file: AppendFile | undefined;
  let rotateAbove = rotate?.maxBytes ?? Number.POSITIVE_INFINITY;

  /** After a rotation or an error that is another one. */
  async function get(): Promise<AppendFile> {
    if (file !== undefined && (await file.isCurrent())) return file;
    await drop();
    file = await openFile(path);
    if (await file.endsTorn()) await file.append(Buffer.from('\n'));
    return file;
  }

  async function drop(): Promise<void> {
    const old = file;
    file = undefined;
    await old?.close().catch(() => {});
  }

  async function rotateOrGrow({ maxBytes, keep }: Rotation, size: number): Promise<void> {
    try {
      await rotateFiles(path, keep, rotationDisk);
      rotateAbove = maxBytes;
    } catch (cause) {
      rotateAbove = size + RETRY_ROTATION_BYTES;
      const message = `the audit log ${path} can't be rotated: ${reasonOf(cause)}`;
      onProblem?.(new McoError('failed/audit', message, { hint: 'its records are kept in the same file', cause }));
    }
  }

  return {
    get,
    drop,
    async getWithRoom() {
      const target = await get();
      if (rotate === undefined) return target;
      const size = await target.size();
      if (size <= rotateAbove) return target;
      await rotateOrGrow(rotate, size);
      return await get();
    },
  };
}
