import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createShellAgent } from '../../agent/plugins/shell/create-shell-agent.ts';
import type { ShellSettings } from '../../agent/plugins/shell/shell-settings.ts';
import { createHostFiles } from '../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { createSpoolRig, makeJob } from './spool-rig.ts';

const rig = createSpoolRig();
const files = createHostFiles(createProcessRunner());
const isRoot = process.getuid?.() === 0;
const skip = process.env.CI !== 'true' && !isRoot ? 'only root runs programs as somebody else' : false;
let spool: DiskSpool;

before(async () => {
  spool = await rig.open();
});
after(() => rig.remove());

const neverAsked = (): Promise<void> => assert.fail('its input means what it says');

/** As a node does it: prepared, spooled, waited for and concluded. */
async function run(
  input: { command: string; shell?: string; directory?: string },
  settings: Partial<ShellSettings> = {},
): Promise<ReplyData> {
  const plain = { environment: {}, limits: {}, shells: { sh: '/bin/sh' } };
  const action = createShellAgent({ files, settings: { ...plain, ...settings } }).actions.run;
  assert.ok(action !== undefined && typeof action !== 'function');
  const { signal } = new AbortController();
  const call = {
    input,
    signal,
    isDryRun: false,
    caller: 'person:ana',
    run: 'r',
    report: () => undefined,
    permit: neverAsked,
  };
  const { work, memory } = await action.prepare(call);
  const job = makeJob({ input, memory });
  await spool.start(job, work);
  const exit = await spool.waitForEnd(job.id, signal);
  return await action.conclude({ input, isDryRun: false, memory, exit, output: spool.output(job.id), signal });
}

test('a program gets its arguments as they were typed', async () => {
  const data = await run({ command: `printf '%s|' "a b" '$(id)' \\* it\\'s` });
  assert.deepEqual(data, { exitcode: 0, stdout: "a b|$(id)|*|it's|" });
});

test('a named shell gets the text, the environment and the directory', async () => {
  const command = 'echo "$GREETING from $(pwd)" | tr a-z A-Z; echo oops >&2';
  const data = await run({ command, shell: 'sh', directory: '/usr' }, { environment: { GREETING: 'hi' } });
  assert.deepEqual([data.stdout, data.stderr], ['HI FROM /USR\n', 'oops\n']);
});

test('it runs as the account that the configuration names', { skip }, async () => {
  assert.equal((await run({ command: 'id -un' }, { user: 'nobody' })).stdout, 'nobody\n');
  assert.equal((await run({ command: 'pwd' }, { directory: realpathSync('/var/tmp') })).stdout, '/var/tmp\n');
});

test('the kernel keeps the limits', async () => {
  const endless = { command: 'while :; do :; done', shell: 'sh' };
  await assert.rejects(run(endless, { limits: { cpuSeconds: 1 } }), { code: /^failed\/(?:killed|command)$/ });
  const large = {
    command: 'head -c 3000000 /dev/zero > /var/tmp/mco-large-$$; e=$?; rm -f /var/tmp/mco-large-$$; exit $e',
    shell: 'sh',
  };
  await assert.rejects(run(large, { limits: { fileMb: 1 } }), { code: /^failed\/(?:killed|command)$/ });
});

test('of a flood the beginning and the end come back', async () => {
  const data = await run({ command: 'seq 1 200000' });
  assert.equal(data.truncated, true);
  assert.match(data.stdout as string, /^1\n2\n[\s\S]*\[\d+ bytes are left out\][\s\S]*\n200000\n$/);
});

test('a failure tells its exit code and its last words', async () => {
  await assert.rejects(run({ command: 'ls /no/such/place' }), {
    code: 'failed/command',
    message: /^exit code 2: .*No such file or directory$/,
  });
  await assert.rejects(run({ command: 'kill -9 $$', shell: 'sh' }), { code: /^failed\/(?:killed|command)$/ });
  await assert.rejects(run({ command: 'no-such-program' }), { code: 'failed/not-installed' });
});
