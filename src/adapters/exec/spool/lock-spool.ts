import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { McoError } from '../../../core/errors.ts';
import { ensureSpool } from './job-index.ts';
import { LOCK_NAME } from './lock-name.ts';
import { isAlive, readBootId, readProcess } from './process-table.ts';

const MAX_TRIES = 20;

/**
 * Takes a node's spool for this process, for as long as that lives. The lock is a link whose target says who holds it:
 * pid, when that was born, in which life of the machine. A link is made whole or not at all, and needs no block on a
 * full disk. What a process left that is gone is taken over.
 *
 * @throws McoError `failed/spool-held`: another process works there; `failed/spool`: it can't be locked
 */
export async function lockSpool(directory: string): Promise<void> {
  await ensureSpool(directory);
  const mine = await describeSelf();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const last = (await listLocks(directory)).at(-1) ?? 0;
    const holder = await findHolder(directory, last);
    if (holder !== undefined) throw refuse(directory, holder);
    if (await take(directory, { number: last + 1, mine })) return;
  }
  throw new McoError('failed/spool', `${directory} can't be locked: others take it again and again`);
}

/** INVARIANT: numbers only grow, so that who was slow to look at an old lock does not win over who took it over. */
async function take(directory: string, { number, mine }: { number: number; mine: string }): Promise<boolean> {
  const path = join(directory, `lock.${number}`);
  try {
    await symlink(mine, path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new McoError('failed/spool', `${directory} can't be locked: ${code}`, { cause });
  }
  const numbers = await listLocks(directory);
  const isMine = numbers.at(-1) === number;
  // Below a higher one this number was free because its holder, too, is gone.
  const over = isMine ? numbers.filter((other) => other < number) : [number];
  for (const other of over) await rm(join(directory, `lock.${other}`), { force: true }).catch(() => {});
  return isMine;
}

async function listLocks(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new McoError('failed/spool', `${directory} can't be read`, { cause });
  });
  return names
    .flatMap((name) => LOCK_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}

/** The pid, if that process is still there. */
async function findHolder(directory: string, number: number): Promise<number | undefined> {
  const text = await readlink(join(directory, `lock.${number}`)).catch(() => '');
  const [, pid, born, boot] = /^(\d{1,10}) (\d{1,20}) (\S{1,64})$/.exec(text) ?? [];
  if (pid === undefined || boot !== (await readBootId())) return undefined;
  const row = await readProcess(Number(pid));
  return row !== undefined && row.born === born && isAlive(row) ? row.pid : undefined;
}

async function describeSelf(): Promise<string> {
  const row = await readProcess(process.pid);
  return `${process.pid} ${row?.born ?? 0} ${await readBootId()}`;
}

const refuse = (directory: string, pid: number): McoError =>
  new McoError('failed/spool-held', `another agent works with the jobs in \`${directory}\`: process ${pid}`, {
    hint: 'stop that one, or give this one a path of its own under `jobs`',
  });
