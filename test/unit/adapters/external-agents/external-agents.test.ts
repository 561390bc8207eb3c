import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ExternalAgents, openExternalAgents } from '../../../../src/adapters/external-agents/external-agents.ts';
import { requireOwned } from '../../../../src/adapters/external-agents/require-owned.ts';
import { composeFiles } from '../../../../src/main/new-agent/run-new-agent.ts';

const uid = process.getuid?.() ?? 0;
const isRoot = uid === 0;
/** The temporary folder is everybody's, so nothing in it is trusted. */
const home = homedir();
const skip = await requireOwned(home, uid).then(
  () => false,
  () => "the home directory is not this user's alone",
);

let directory: string;
let found: ExternalAgents | undefined;
let told: string[];

function makeAgent(name: string, changes: Record<string, string> = {}): string {
  const path = join(directory, name);
  mkdirSync(path, { mode: 0o755 });
  for (const file of composeFiles({ name: 'hello', language: 'sh' })) {
    writeFileSync(join(path, file.name), changes[file.name] ?? file.text.replaceAll('hello', name));
    chmodSync(join(path, file.name), file.mode);
  }
  return path;
}

async function open(): Promise<ExternalAgents> {
  const reserved = new Set(['package']);
  const onChange = (path: string, problem?: { message: string }) => told.push(problem?.message ?? `changed ${path}`);
  // Nothing repeats by itself: tests look when they want to.
  found = await openExternalAgents({ directory, uid, reserved, onChange, repeat: () => () => {} });
  return found;
}

/** A change counts when it was seen twice. */
async function look(times = 2): Promise<void> {
  for (let time = 0; time < times; time++) await found?.look();
}

const names = (): string[] => (found?.current() ?? []).map(({ description }) => description.agent);
const problems = (): string[] => (found?.problems() ?? []).map(({ message }) => message.replaceAll(directory, 'DIR'));

describe('external agents', { skip }, () => {
  beforeEach(() => {
    directory = mkdtempSync(join(home, '.mco-agents-test-'));
    chmodSync(directory, 0o755);
    told = [];
    found = undefined;
  });
  afterEach(() => {
    found?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('are found in the directories below one directory; files and what begins with a dot are passed over', async () => {
    makeAgent('hello');
    makeAgent('abc');
    writeFileSync(join(directory, 'README'), 'x');
    mkdirSync(join(directory, '.git'));
    await open();
    assert.deepEqual(names(), ['abc', 'hello']);
    assert.deepEqual(problems(), []);
    assert.equal(found?.current()[1]?.program, join(directory, 'hello', 'run'));
  });

  it('are none where there is no directory', async () => {
    rmSync(directory, { recursive: true });
    await open();
    assert.deepEqual([names(), problems()], [[], []]);
  });

  for (const part of ['', 'agent.json', 'run']) {
    it(`are not loaded when others may write ${part || 'their directory'}, and it is said what to do`, async () => {
      const path = join(makeAgent('hello'), part);
      for (const mode of [0o775, 0o757]) {
        chmodSync(path, mode);
        const { current, problems: all, close } = await open();
        assert.deepEqual(current(), []);
        assert.equal(all()[0]?.code, 'failed/exposed-file');
        assert.equal(all()[0]?.hint, `chmod go-w ${path.replace(/\/$/, '')}`);
        close();
      }
    });

    it(`are not loaded when ${part || 'their directory'} belongs to somebody else`, { skip: !isRoot }, async () => {
      const path = join(makeAgent('hello'), part).replace(/\/$/, '');
      chownSync(path, 65_534, 65_534);
      await open();
      assert.deepEqual(names(), []);
      assert.equal(found?.problems()[0]?.hint, `chown root ${path}`);
    });

    it(`are not loaded when ${part || 'their directory'} is a link`, async () => {
      const path = join(makeAgent('hello'), part).replace(/\/$/, '');
      const elsewhere = `${directory}/.elsewhere`;
      renameSync(path, elsewhere);
      symlinkSync(elsewhere, path);
      await open();
      assert.deepEqual(names(), []);
      assert.match(problems()[0] ?? '', /is a link$/);
    });
  }

  it('are not loaded when others may write the directory of all, or one above it', async () => {
    makeAgent('hello');
    chmodSync(directory, 0o777);
    await open();
    assert.deepEqual([names(), problems()], [[], ['others than its owner may write DIR']]);
    const inTemporary = mkdtempSync('/tmp/mco-agents-test-');
    const other = await openExternalAgents({
      directory: inTemporary,
      uid,
      reserved: new Set(),
      repeat: () => () => {},
    });
    assert.equal(other.problems()[0]?.hint, 'chmod go-w /tmp');
    rmSync(inTemporary, { recursive: true });
  });

  it('are not loaded when they can not be run', async () => {
    chmodSync(join(makeAgent('hello'), 'run'), 0o644);
    rmSync(join(makeAgent('abc'), 'run'));
    await open();
    assert.deepEqual(problems(), ['DIR/abc/run does not exist', 'DIR/hello/run is not executable']);
  });

  it('have names of their own', async () => {
    makeAgent('package');
    makeAgent('Other', { 'agent.json': '{}' });
    makeAgent('abc', { 'agent.json': composeFiles({ name: 'xyz', language: 'sh' })[0]?.text ?? '' });
    await open();
    assert.deepEqual(problems(), [
      'DIR/Other: its name is not a plain lower-case name',
      'DIR/abc/agent.json: it describes `xyz`, and its directory is called `abc`',
      'DIR/package: `package` is the name of a built-in agent',
    ]);
  });

  it('follow changes once they stand', async () => {
    const path = makeAgent('hello');
    await open();
    const before = found?.current();
    await look();
    assert.equal(found?.current(), before);
    const text = composeFiles({ name: 'hello', language: 'sh' })[0]?.text ?? '';
    writeFileSync(join(path, 'agent.json'), text.replace('1.0.0', '1.2.0'));
    await look(1);
    assert.equal(found?.current()[0]?.description.version, '1.0.0');
    await look(1);
    assert.equal(found?.current()[0]?.description.version, '1.2.0');
    makeAgent('abc');
    await look();
    assert.deepEqual(names().sort(), ['abc', 'hello']);
    rmSync(path, { recursive: true });
    await look(1);
    assert.deepEqual(names(), ['abc']);
    assert.deepEqual(told, [`changed ${path}`, `changed ${join(directory, 'abc')}`, `changed ${path}`]);
  });

  it('keep the last good description, and tell of a broken one once', async () => {
    const path = makeAgent('hello');
    await open();
    writeFileSync(join(path, 'agent.json'), '{"agent": "hello"');
    await look(5);
    assert.deepEqual(names(), ['hello']);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /agent\.json: it is not JSON/);
    assert.equal(found?.problems().length, 1);
  });

  it('are dropped at once when others may write them, and are back when that is mended', async () => {
    const path = makeAgent('hello');
    await open();
    chmodSync(join(path, 'run'), 0o777);
    await look(1);
    assert.deepEqual(names(), []);
    await look(3);
    assert.equal(told.length, 1);
    chmodSync(join(path, 'run'), 0o755);
    await look();
    assert.deepEqual(names(), ['hello']);
    assert.deepEqual(problems(), []);
    chmodSync(directory, 0o770);
    await look(1);
    assert.deepEqual(names(), []);
  });

  it('with too large a description are refused', async () => {
    makeAgent('hello', { 'agent.json': ' '.repeat(70_000) });
    await open();
    assert.deepEqual(problems(), ['DIR/hello/agent.json: it has more than 65536 bytes']);
  });

  it('are not loaded when others may write what lies beside them, and are back when that is mended', async () => {
    const path = makeAgent('hello');
    mkdirSync(join(path, 'lib', '__pycache__'), { recursive: true, mode: 0o755 });
    const helper = join(path, 'lib', '__pycache__', 'lib.pyc');
    writeFileSync(helper, 'x');
    await open();
    assert.deepEqual(names(), ['hello']);
    for (const [file, mode] of [
      [helper, 0o644],
      [join(path, 'lib'), 0o755],
    ] as const) {
      chmodSync(file, mode | 0o022);
      await look(1);
      assert.deepEqual(names(), [], 'at once');
      assert.deepEqual(told.splice(0), [`others than its owner may write ${file}`]);
      await look();
      assert.deepEqual([names(), told], [[], []], 'and told once');
      chmodSync(file, mode);
      await look();
      assert.deepEqual([names(), problems(), told.splice(0)], [['hello'], [], [`changed ${path}`]]);
    }
  });

  it('are not told to have changed by what is written beside them', async () => {
    const path = makeAgent('hello');
    writeFileSync(join(path, 'lib.py'), 'x');
    await open();
    const first = found?.current();
    writeFileSync(join(path, 'lib.py'), 'more than before');
    await look();
    assert.deepEqual([found?.current() === first, told], [true, []]);
  });

  it("are not loaded when a link, a pipe, or what is another account's lies beside them", async () => {
    for (const [name, make, problem] of [
      ['link', (file: string) => symlinkSync('/etc/passwd', file), /hello\/link is a link$/],
      ['pipe', (file: string) => void execFileSync('mkfifo', [file]), /hello\/pipe is not a regular file$/],
      ['theirs', makeForeign, isRoot ? /hello\/theirs belongs to user 65534, and not to root$/ : undefined],
    ] as const) {
      if (problem === undefined) continue;
      const path = makeAgent('hello');
      make(join(path, name));
      await open();
      assert.deepEqual(names(), []);
      assert.match(problems()[0] ?? '', problem);
      found?.close();
      rmSync(path, { recursive: true });
    }
  });

  it('are not loaded with more beside them than is looked at', async () => {
    const path = makeAgent('hello');
    for (let count = readdirSync(path).length; count < 1000; count++) writeFileSync(join(path, `file${count}`), '');
    await open();
    assert.deepEqual(names(), ['hello']);
    writeFileSync(join(path, 'one-more'), '');
    await look();
    assert.deepEqual(problems(), ['DIR/hello holds more than 1000 files and directories']);
    assert.deepEqual(names(), []);
  });
});

function makeForeign(file: string): void {
  writeFileSync(file, 'x');
  chownSync(file, 65534, 65534);
}
