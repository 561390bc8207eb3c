import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockSpool } from '../../src/adapters/exec/spool/lock-spool.ts';
import { createSpoolRig, type SpoolRig } from './spool-rig.ts';

const HOLDER = fileURLToPath(new URL('./lock-holder.js', import.meta.url));

describe('the lock of a spool', { timeout: 60_000 }, () => {
  let rig: SpoolRig;
  let children: ChildProcess[];
  beforeEach(() => {
    rig = createSpoolRig();
    children = [];
  });
  afterEach(async () => {
    for (const child of children) await end(child);
    rig.remove();
  });

  /** @returns the process, and what it says */
  async function hold(): Promise<{ child: ChildProcess; word: string }> {
    const child = spawn(process.execPath, [HOLDER, rig.directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const word = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
    );
    return { child, word };
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  const locks = (): string[] => readdirSync(rig.directory).filter((name) => name.startsWith('lock.'));

  test('one process has it, others are refused with its pid, and when it is killed the next has it at once', async () => {
    const first = await hold();
    assert.equal(first.word, 'mine');
    const refused = { code: 'failed/spool-held', message: new RegExp(`process ${first.child.pid}$`) };
    await assert.rejects(lockSpool(rig.directory), refused);
    await end(first.child);
    assert.equal((await hold()).word, 'mine');
    await assert.rejects(lockSpool(rig.directory), { code: 'failed/spool-held' });
    assert.equal(locks().length, 1);
  });

  test('of many that find a lock left over one takes it', async () => {
    await end((await hold()).child);
    const words = (await Promise.all(Array.from({ length: 8 }, hold))).map(({ word }) => word.split(' ')[0]);
    assert.equal(words.filter((word) => word === 'mine').length, 1, String(words));
    assert.equal(words.filter((word) => word === 'failed/spool-held').length, 7, String(words));
  });

  test('a process that has the pid by chance, or after the machine went down, holds nothing', async () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim();
    const others = [`${process.ppid} 1 ${boot}`, `${process.ppid} 1 ${'0'.repeat(36)}`, 'garbage'];
    let number = 10;
    for (const text of others) {
      symlinkSync(text, join(rig.directory, `lock.${++number}`));
      await lockSpool(rig.directory);
      number += 1;
      assert.deepEqual(locks(), [`lock.${number}`], text);
      assert.match(readlinkSync(join(rig.directory, `lock.${number}`)), new RegExp(`^${process.pid} \\d+ ${boot}$`));
    }
  });

  test('it is no job, and keeps no jobs from running', async () => {
    await lockSpool(rig.directory);
    const spool = await rig.open();
    assert.deepEqual([await spool.list(), rig.problems], [[], []]);
  });

  test('a directory that is not ours alone is not locked', async () => {
    chmodSync(rig.directory, 0o755);
    await assert.rejects(lockSpool(rig.directory), { code: 'failed/spool' });
    assert.deepEqual(locks(), []);
  });
});
