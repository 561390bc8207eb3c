import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createExternalAgent } from '../../agent/plugins/index.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { openExternalAgents } from '../../src/adapters/external-agents/external-agents.ts';
import { requireOwned } from '../../src/adapters/external-agents/require-owned.ts';
import type { Agent } from '../../src/core/agent.ts';
import { composeFiles, runNewAgent } from '../../src/main/new-agent/run-new-agent.ts';
import { callAction } from '../fakes/call-action.ts';

const uid = process.getuid?.() ?? 0;
const isHomeOwned = await requireOwned(homedir(), uid).then(
  () => true,
  () => false,
);
const hasPython = existsSync('/usr/bin/python3');
const inCi = process.env.CI === 'true';
const skip = inCi || (isHomeOwned && hasPython) ? false : "python3 or a home directory of one's own is missing";
const skipUser = inCi || uid === 0 ? false : 'only root can run programs as somebody else';

let root: string;

/** The agents below a directory as a node has them, with real programs. */
async function load(directory: string, user?: string): Promise<Agent[]> {
  const found = await openExternalAgents({ directory, uid, reserved: new Set(), repeat: () => () => {} });
  assert.deepEqual(found.problems(), []);
  const runner = createProcessRunner();
  return found.current().map((one) => createExternalAgent(one, { runner, user, identity: 'web1', facts: () => ({}) }));
}

/** An agent whose program is this script. */
async function loadScript(name: string, script: string, user?: string): Promise<Agent> {
  const directory = mkdtempSync(join(root, 'script-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, name), { mode: 0o755 });
  for (const file of composeFiles({ name, language: 'sh' })) {
    const path = join(directory, name, file.name);
    writeFileSync(path, file.name === 'run' ? `#!/bin/sh\n${script}\n` : file.text);
    chmodSync(path, file.mode);
  }
  const [agent] = await load(directory, user);
  assert.ok(agent);
  return agent;
}

const greet = (agent: Agent, signal?: AbortSignal) =>
  callAction(agent, 'greet', { input: { name: 'ana' }, ...(signal === undefined ? {} : { signal }) });

describe('external agents, really run', { skip }, () => {
  before(() => {
    root = mkdtempSync(join(homedir(), '.mco-external-test-'));
    chmodSync(root, 0o755);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('that write without end fail as soon as it is too much', async () => {
    const agent = await loadScript('flood', 'exec cat /dev/zero');
    await assert.rejects(greet(agent), { code: 'failed/bad-answer', message: /wrote more than 921600 bytes/ });
  });

  it('whose interpreter is missing say where to look', async () => {
    const agent = await loadScript('lost', 'exit 0');
    const [directory] = readdirSync(root).filter((name) => existsSync(join(root, name, 'lost')));
    writeFileSync(join(root, directory ?? '', 'lost', 'run'), '#!/no/such/interpreter\n');
    await assert.rejects(greet(agent), { code: 'failed/not-started', hint: /first line/ });
  });

  for (const language of ['python', 'sh'] as const) {
    it(`a new agent in ${language} works at once`, async () => {
      const name = `hi_${language}_${process.pid}`;
      const dir = mkdtempSync(join(root, 'new-'));
      chmodSync(dir, 0o755);
      await runNewAgent([name, '--dir', dir, '--language', language]);
      const [agent] = await load(dir);
      assert.equal(agent?.description.agent, name);
      assert.ok(agent);
      assert.deepEqual(await greet(agent), { greeting: 'good day, ana, from web1' });
      const text = 'a "b" \\ c';
      const dry = await callAction(agent, 'note', { input: { text }, isDryRun: true });
      assert.deepEqual(dry, { before: '', after: text });
      const note = `/var/lib/${name}/note`;
      assert.ok(!existsSync(note));
      if (uid !== 0) return;
      await callAction(agent, 'note', { input: { text } });
      assert.equal(readFileSync(note, 'utf8'), `${text}\n`);
      assert.deepEqual(await callAction(agent, 'note', { input: { text: 'x' } }), { before: text, after: 'x' });
      rmSync(`/var/lib/${name}`, { recursive: true });
    });

    it(`a job of a new agent in ${language} answers when it is run as a job`, async () => {
      const dir = mkdtempSync(join(root, 'job-'));
      chmodSync(dir, 0o755);
      await runNewAgent(['counter', '--dir', dir, '--language', language]);
      const [agent] = await load(dir);
      assert.ok(agent);
      const answer = await callAction(agent, 'count', {
        input: { seconds: 0 },
        runCommand({ file, args, env, input }) {
          const stdout = execFileSync(file, [...args], {
            env: { PATH: '/usr/bin:/bin', ...env },
            input,
            encoding: 'utf8',
          });
          return Promise.resolve({ exit: { state: 'exited', exitCode: 0 }, stdout });
        },
      });
      assert.deepEqual(answer, { seconds: 0 });
    });
  }

  it('what goes wrong in a program is told with its own words', async () => {
    const failing = await loadScript('failing', 'echo "no such disk" >&2; exit 4');
    await assert.rejects(greet(failing), {
      code: 'failed/external',
      message: '`failing.greet` ended with 4: no such disk',
    });
    const killed = await loadScript('killed', 'kill -SEGV $$');
    await assert.rejects(greet(killed), { message: '`killed.greet` was ended by SIGSEGV' });
    const silent = await loadScript('silent', ':');
    await assert.rejects(greet(silent), { code: 'failed/bad-answer', message: /wrote nothing/ });
    const chatty = await loadScript('chatty', 'echo hello; echo "{}"');
    await assert.rejects(greet(chatty), { message: /not one JSON document; it begins with `hello/ });
    const broken = await loadScript('broken', 'exec /no/such/interpreter');
    await assert.rejects(greet(broken), { message: /ended with 12[67]: .*\/no\/such\/interpreter/ });
  });

  it('a flood of output is cut and refused', async () => {
    const flooding = await loadScript('flooding', 'head -c 50000000 /dev/zero | tr "\\0" x; echo');
    await assert.rejects(greet(flooding), { code: 'failed/bad-answer', message: /wrote more than/ });
  });

  it('a program that takes too long is given up, with what it started', async () => {
    const path = join(root, 'alive');
    const slow = await loadScript('slow', `(sleep 1; echo x > ${path}) & wait`);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await assert.rejects(greet(slow, controller.signal), { code: 'failed/timeout' });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    assert.ok(!existsSync(path));
  });

  it('a program that reads nothing of what it is told is no failure', async () => {
    const deaf = await loadScript('deaf', `exec <&-; echo '{"data":{"greeting":"x"}}'`);
    assert.deepEqual(await greet(deaf), { greeting: 'x' });
  });

  it('its environment holds nothing of the agent that starts it', async () => {
    process.env.MCO_TEST_SECRET = 'x';
    const curious = await loadScript(
      'curious',
      `printf '{"data":{"greeting":"%s"}}' "$(env | cut -d= -f1 | sort | tr '\\n' ' ')"`,
    );
    const { greeting } = await greet(curious);
    delete process.env.MCO_TEST_SECRET;
    assert.match(JSON.stringify(greeting), /MCO_INPUT_NAME/);
    assert.doesNotMatch(JSON.stringify(greeting), /MCO_TEST_SECRET|NODE_/);
  });

  it('it runs as the account that the node names', { skip: skipUser }, async () => {
    // Its parents must let that account through, which a home directory does not.
    const base = mkdtempSync('/var/lib/mco-external-test-');
    const home = root;
    root = base;
    try {
      chmodSync(base, 0o755);
      const who = await loadScript('who', `printf '{"data":{"greeting":"%s %s"}}' "$(id -un)" "$MCO_ACTION"`, 'nobody');
      assert.deepEqual(await greet(who), { greeting: 'nobody greet' });
      const lost = await loadScript('lost', ':', 'no-such-account');
      await assert.rejects(greet(lost), { code: 'failed/external', message: /no-such-account/ });
    } finally {
      root = home;
      rmSync(base, { recursive: true, force: true });
    }
  });
});
