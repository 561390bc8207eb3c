import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createPolicyStore, type PolicyStore } from '../../../../src/adapters/policy-files/create-policy-store.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { messageOf } from '../../policy/policy-fixtures.ts';

let dir = '';
let events: string[] = [];
let look: () => void = () => undefined;

/** A stand-in for a policy: the files' names and texts; `bad` is malformed. */
function readFake(files: readonly { name: string; text: string }[]): string {
  const text = files.map((file) => `${file.name}=${file.text}`).join(' ');
  if (text.includes('bad')) throw new McoError('usage/bad-file', `malformed: ${text}`);
  return text;
}

const callbacks = {
  onReload: (policy: string) => void events.push(`reload ${policy}`),
  onError: (error: McoError) => void events.push(`${error.code} ${error.message}`),
  repeat: (fn: () => void) => {
    look = fn;
    return () => {
      look = () => undefined;
    };
  },
};

/** What is told at the first look after a change, at the second, and at a third. */
function eventsAfter(change: () => void): string[][] {
  change();
  return [1, 2, 3].map(() => {
    events = [];
    look();
    return events;
  });
}

const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
const watchDir = (): PolicyStore<string> => createPolicyStore({ dir, read: readFake, ...callbacks });
const watchFile = (name: string): PolicyStore<string> =>
  createPolicyStore({ file: join(dir, name), read: (file) => readFake([file]), ...callbacks });

describe('createPolicyStore', () => {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'policy-'));
    events = [];
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('reads the YAML files of a directory in the order of their names, and no others', () => {
    write('b.yaml', '2');
    write('a.yml', '1');
    write('a.yaml~', 'old');
    write('.a.yaml', 'hidden');
    write('notes.txt', 'no');
    write('C.YAML', '3');
    write('d.Yml', '4');
    mkdirSync(join(dir, 'cases'));
    write('cases/c.yaml', 'case');
    assert.equal(watchDir().current(), 'C.YAML=3 a.yml=1 b.yaml=2 d.Yml=4');
  });

  it('reads one file', () => {
    write('node.yaml', '1');
    assert.equal(watchFile('node.yaml').current(), 'node.yaml=1');
  });

  it('follows a changed, a replaced, a new and a removed file', () => {
    write('a.yaml', '1');
    const store = watchDir();
    assert.deepEqual(
      eventsAfter(() => write('a.yaml', '2')),
      [[], ['reload a.yaml=2'], []],
    );
    write('tmp', '3');
    const replace = () => renameSync(join(dir, 'tmp'), join(dir, 'a.yaml'));
    assert.deepEqual(eventsAfter(replace), [[], ['reload a.yaml=3'], []]);
    assert.deepEqual(
      eventsAfter(() => write('b.yaml', '4')),
      [[], ['reload a.yaml=3 b.yaml=4'], []],
    );
    assert.deepEqual(
      eventsAfter(() => unlinkSync(join(dir, 'a.yaml'))),
      [[], ['reload b.yaml=4'], []],
    );
    assert.equal(store.current(), 'b.yaml=4');
  });

  it('keeps the last good policy through a broken edit, tells it once, and takes the next good one', () => {
    write('a.yaml', '1');
    const store = watchDir();
    const broken = 'usage/bad-file malformed: a.yaml=bad';
    assert.deepEqual(
      eventsAfter(() => write('a.yaml', 'bad')),
      [[], [broken], []],
    );
    assert.equal(store.current(), 'a.yaml=1');
    assert.deepEqual(
      eventsAfter(() => write('a.yaml', '2')),
      [[], ['reload a.yaml=2'], []],
    );
    assert.equal(store.current(), 'a.yaml=2');
  });

  it('takes back an edit that was broken and is undone', () => {
    write('a.yaml', '1');
    watchDir();
    eventsAfter(() => write('a.yaml', 'bad'));
    assert.deepEqual(
      eventsAfter(() => write('a.yaml', '1')),
      [[], ['reload a.yaml=1'], []],
    );
  });

  it('keeps the last good policy while its file is gone', () => {
    write('node.yaml', '1');
    const file = join(dir, 'node.yaml');
    const store = watchFile('node.yaml');
    const gone = `usage/bad-file ${file} can't be read (ENOENT)`;
    assert.deepEqual(
      eventsAfter(() => unlinkSync(file)),
      [[], [gone], []],
    );
    assert.equal(store.current(), 'node.yaml=1');
    assert.deepEqual(
      eventsAfter(() => write('node.yaml', '2')),
      [[], ['reload node.yaml=2'], []],
    );
  });

  it('leaves a file alone that is still being written', () => {
    write('a.yaml', '1');
    const store = watchDir();
    for (const text of ['x', 'xx', 'xxx']) {
      write('a.yaml', text);
      look();
      assert.equal(store.current(), 'a.yaml=1');
    }
    look();
    assert.equal(store.current(), 'a.yaml=xxx');
  });

  it('looks no more once it is closed', () => {
    write('a.yaml', '1');
    const store = watchDir();
    store.close();
    eventsAfter(() => write('a.yaml', '2'));
    assert.equal(store.current(), 'a.yaml=1');
  });

  it('looks by itself every two seconds, and does not keep the process up for it', (t) => {
    const timer = setTimeout(() => undefined, 0);
    const unref = t.mock.method(timer, 'unref');
    const interval = t.mock.method(globalThis, 'setInterval', () => timer);
    const stop = t.mock.method(globalThis, 'clearInterval');
    write('a.yaml', '1');
    const store = createPolicyStore({ dir, read: readFake, ...callbacks, repeat: undefined });
    const [tick, everyMs] = (interval.mock.calls[0]?.arguments ?? []) as unknown as [() => void, number];
    look = tick;
    eventsAfter(() => write('a.yaml', '2'));
    assert.deepEqual([store.current(), everyMs, unref.mock.callCount()], ['a.yaml=2', 2000, 1]);
    store.close();
    assert.deepEqual(stop.mock.calls[0]?.arguments, [timer]);
  });

  it('refuses a file that every user may write at the start, and keeps the last good policy later', () => {
    write('node.yaml', '1');
    const file = join(dir, 'node.yaml');
    chmodSync(file, 0o664);
    const store = watchFile('node.yaml');
    const exposed = `usage/bad-file every user may write ${file}`;
    const expose = (): void => {
      write('node.yaml', '2');
      chmodSync(file, 0o666);
    };
    assert.deepEqual(eventsAfter(expose), [[], [exposed], []]);
    assert.equal(store.current(), 'node.yaml=1');
    assert.equal(
      messageOf(() => watchFile('node.yaml')),
      `${exposed} | chmod o-w ${file}`,
    );
    assert.deepEqual(
      eventsAfter(() => chmodSync(file, 0o644)),
      [[], ['reload node.yaml=2'], []],
    );
  });

  it('refuses a directory in which every user may put files, even a sticky one, for all files and for one', () => {
    write('a.yaml', '1');
    const store = watchDir();
    for (const mode of [0o777, 0o1777, 0o703]) {
      chmodSync(dir, mode);
      const open = `usage/bad-file every user may write ${dir} | chmod o-w ${dir}`;
      assert.equal(messageOf(watchDir), open);
      assert.equal(
        messageOf(() => watchFile('a.yaml')),
        open,
      );
    }
    const exposed = `usage/bad-file every user may write ${dir}`;
    assert.deepEqual(
      eventsAfter(() => write('a.yaml', '2')),
      [[], [exposed], []],
    );
    assert.equal(store.current(), 'a.yaml=1');
    assert.deepEqual(
      eventsAfter(() => chmodSync(dir, 0o775)),
      [[], ['reload a.yaml=2'], []],
    );
  });

  it('does not wait for a pipe', () => {
    execFileSync('mkfifo', [join(dir, 'a.yaml')]);
    assert.match(messageOf(watchDir), /a\.yaml is not a regular file$/);
  });

  it('refuses to start with a malformed, missing, oversized, binary or endless file', () => {
    write('a.yaml', 'bad');
    assert.match(messageOf(watchDir), /^usage\/bad-file malformed/);
    writeFileSync(join(dir, 'a.yaml'), Buffer.from([0xff, 0xfe]));
    assert.match(messageOf(watchDir), /is not UTF-8 text$/);
    write('a.yaml', 'x'.repeat(4 * 1024 * 1024 + 1));
    assert.match(messageOf(watchDir), /is larger than 4194304 bytes$/);
    unlinkSync(join(dir, 'a.yaml'));
    symlinkSync('/dev/zero', join(dir, 'a.yaml'));
    assert.match(messageOf(watchDir), /a\.yaml is not a regular file$/);
    rmSync(dir, { recursive: true });
    assert.match(messageOf(watchDir), /can't be read \(ENOENT\)$/);
    mkdirSync(dir);
  });
});
