import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { startMattermostServer } from '../servers/mattermost/server.ts';
import type { MattermostServer } from '../servers/mattermost/types.ts';
import { runProgram } from './programs.ts';

const CALLBACK = 'http://127.0.0.1:1';

describe('mcobot setup mattermost', { timeout: 120_000 }, () => {
  let server: MattermostServer;
  let dir: string;
  const path = (name: string) => join(dir, name);
  const linesOf = (name: string) => readFileSync(path(name), 'utf8').trimEnd().split('\n');
  const setUp = (token: string, ...args: string[]) => {
    writeFileSync(path('admin.token'), `${token}\n`, { mode: 0o600 });
    return runProgram('bot', ['setup', 'mattermost', '--config', path('mcobot.yaml'), '--bot', 'mco', ...args], {
      cwd: dir,
    });
  };
  const adminArgs = ['--admin-token-file', 'admin.token'];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mco-setup-'));
    server = await startMattermostServer();
    const config = {
      broker: { servers: [{ host: '127.0.0.1', port: 1 }], login: 'bot', passcode_file: 'none' },
      keys: { read: { principal: 'mco-read', file: 'none' } },
      chat: {
        mattermost: [
          {
            url: server.url,
            token_file: 'mattermost.token',
            command_tokens_file: 'mattermost.commands',
            action_key_file: 'mattermost.key',
            callback_url: CALLBACK,
          },
        ],
      },
      http: { port: 0 },
    };
    writeFileSync(path('mcobot.yaml'), stringify(config));
  });
  after(async () => {
    await server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('makes one command for each team, joins the channels and writes the secrets, however often it is run', async () => {
    const admin = server.addUser('root', { isAdmin: true });
    const bot = server.addUser('mco', { isBot: true });
    const [ops, dev] = [server.addTeam('ops'), server.addTeam('dev')];
    const channels = [ops, dev].map((team) => server.addChannel(team, 'incidents'));
    for (const channel of channels) server.join(admin.id, channel);

    const first = await setUp(admin.token, ...adminArgs, '--team', 'ops', '--channel', 'incidents');
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stdout, /\/mco in ops: made/);
    const [opsLine] = linesOf('mattermost.commands');
    assert.match(opsLine ?? '', /^\w{26} # ops$/);
    const key = readFileSync(path('mattermost.key'), 'utf8');
    for (const name of ['mattermost.commands', 'mattermost.key'])
      assert.equal(statSync(path(name)).mode & 0o777, 0o600);

    const second = await setUp(admin.token, ...adminArgs, '--team', 'dev', '--channel', 'dev/incidents');
    assert.equal(second.exitCode, 0, second.stderr);
    const lines = linesOf('mattermost.commands');
    assert.equal(lines.length, 2);
    assert.equal(lines[0], opsLine);
    assert.equal(readFileSync(path('mattermost.key'), 'utf8'), key);

    const third = await setUp(admin.token, ...adminArgs, '--team', 'ops', '--team', 'dev');
    assert.match(third.stdout, /\/mco in ops: there already[\s\S]*\/mco in dev: there already/);
    assert.deepEqual(linesOf('mattermost.commands').sort(), [...lines].sort());
    for (const { stdout, stderr } of [first, second, third]) {
      for (const line of lines) assert.ok(!`${stdout}${stderr}`.includes(line.slice(0, 26)), 'a token is no output');
    }
    for (const channel of channels) server.say({ user: bot.id, channel, text: 'the bot is in it' });
  });

  it('says what is wrong: a name, a right, a missing option', async () => {
    const admin = server.addUser('root2', { isAdmin: true });
    const person = server.addUser('eve');
    const unknown = await setUp(admin.token, ...adminArgs, '--team', 'opps');
    assert.equal(unknown.exitCode !== 0, true);
    assert.match(unknown.stderr, /ops/);
    const powerless = await setUp(person.token, ...adminArgs, '--team', 'ops');
    assert.notEqual(powerless.exitCode, 0);
    assert.match(powerless.stderr, /token/);
    const missing = await setUp(admin.token, '--team', 'ops');
    assert.match(missing.stderr, /--admin-token-file/);
  });
});
