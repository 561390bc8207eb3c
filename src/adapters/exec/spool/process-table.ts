import { readdir, readFile } from 'node:fs/promises';

/** One process, as proc(5) tells. */
export interface ProcessRow {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** When it was born, clock ticks since the machine started. With the pid it names a process for good. */
  readonly born: string;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Names this life of the machine: after a restart pids mean nothing. */
export const readBootId = async (): Promise<string> => (await readFile(BOOT_ID, 'ascii')).trim();

/** `stat` never waits for the process, unlike `environ` and `cmdline`. Undefined: there is none. */
export async function readProcess(pid: number): Promise<ProcessRow | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name in parentheses may hold anything, parentheses and blanks too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const born = fields[19];
  if (state === undefined || born === undefined) return undefined;
  return { pid, state, parent: Number(parent), group: Number(group), session: Number(session), born };
}

/** A zombie is gone, but for its entry. */
export const isAlive = ({ state }: ProcessRow): boolean => state !== 'Z' && state !== 'X';

/** Everything that runs now. */
export async function readProcesses(): Promise<ProcessRow[]> {
  const names = await readdir('/proc');
  const rows: ProcessRow[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const row = await readProcess(Number(name));
    if (row !== undefined && isAlive(row)) rows.push(row);
  }
  return rows;
}
