import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type GenericSchema, safeParse } from 'valibot';
import { parse } from 'yaml';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { McoError } from '../../../src/core/errors.ts';
import { agentConfigSchema, resolveAgentConfig } from '../../../src/main/agent-config.ts';
import { botConfigSchema } from '../../../src/main/bot-config.ts';
import { readServices } from '../../../src/main/chat-config.ts';
import { clientConfigSchema } from '../../../src/main/client-config.ts';
import { keySchema } from '../../../src/main/key-config.ts';
import { loadConfig } from '../../../src/main/load-config.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';

const EXAMPLES: readonly (readonly [string, GenericSchema])[] = [
  ['deploy/mcobot.yaml', botConfigSchema],
  ['deploy/agent.yaml', agentConfigSchema],
  ['deploy/client.yaml', clientConfigSchema],
];

/** Keys of an object, at whatever depth. */
function keysOf(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

/** What the files hold that the offered chats name. */
const CHAT_SECRETS = {
  'slack-bot.token': 'xoxb-1',
  'slack-app.token': 'xapp-1',
  'mattermost.token': 'token',
  'mattermost.commands': 'first\nsecond\n',
  'mattermost.key': 'k'.repeat(44),
};

/** A section that stands there as a comment, from its name to the next line that is none. */
function offer(text: string, section: string): string {
  const block = new RegExp(`^( *)# ${section}:\\n(?:\\1# .*\\n)+`, 'm');
  assert.match(text, block);
  return text.replace(block, (commented, indent: string) =>
    commented.replace(new RegExp(`^${indent}# `, 'gm'), indent),
  );
}

describe('the example configurations', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mco-example-'));
  after(() => rmSync(dir, { recursive: true }));

  for (const [path, schema] of EXAMPLES) {
    it(`${path} is valid`, async () => {
      const { value } = await loadConfig(schema, path);
      assert.ok(keysOf(value).includes('passcode_file'));
    });

    it(`${path} with an unknown key is not`, async () => {
      const copy = join(dir, 'copy.yaml');
      writeFileSync(copy, `${readFileSync(path, 'utf8')}\nsurplus: 1\n`);
      await assert.rejects(loadConfig(schema, copy), (error) => {
        assert.ok(error instanceof McoError);
        assert.equal(error.code, 'usage/bad-file');
        assert.match(error.message, /unknown key `surplus`/);
        return true;
      });
    });
  }

  for (const [path, schema] of EXAMPLES.slice(0, 2)) {
    it(`${path} stays valid with the settings that its comments offer`, async () => {
      const text = readFileSync(path, 'utf8');
      const offered = text.replace(/^( *)# ([a-z_]+: \S.*)$/gm, '$1$2');
      assert.notEqual(offered, text);
      const copy = join(dir, 'offered.yaml');
      writeFileSync(copy, offered);
      await loadConfig(schema, copy);
    });
  }

  it('offer chats that can be opened when their files are there', async () => {
    const text = ['slack', 'mattermost', 'http'].reduce(offer, readFileSync('deploy/mcobot.yaml', 'utf8'));
    const copy = join(dir, 'chats.yaml');
    writeFileSync(copy, text);
    const { value, resolvePath } = await loadConfig(botConfigSchema, copy);
    assert.deepEqual(Object.keys(value.chat), ['console', 'slack', 'mattermost']);
    assert.equal(value.http?.host, '127.0.0.1');
    assert.ok(value.http?.tls !== undefined);
    await assert.rejects(readServices(value, resolvePath, systemClock), /can't be read \(ENOENT\)/);
    mkdirSync(join(dir, 'keys'));
    for (const [name, secret] of Object.entries(CHAT_SECRETS)) {
      writeFileSync(join(dir, 'keys', name), secret, { mode: 0o600 });
    }
    assert.equal((await readServices(value, resolvePath, systemClock)).length, 2);
    const { chat } = value;
    await assert.rejects(readServices({ chat }, resolvePath, systemClock), /no `http` section/);
    const twice = { ...value, chat: { ...chat, mattermost: [...(chat.mattermost ?? []), ...(chat.mattermost ?? [])] } };
    await assert.rejects(readServices(twice, resolvePath, systemClock), /2 times Mattermost/);
  });

  it('offer ways to name a key that are all valid', () => {
    const offers = EXAMPLES.flatMap(([path]) => readFileSync(path, 'utf8').match(/\{ principal: .* \}/g) ?? []);
    assert.ok(offers.length >= 5);
    const refused = offers.filter((offer) => !safeParse(keySchema, parse(offer)).success);
    assert.deepEqual(refused, []);
  });

  it('name signers that the example policy of nodes knows', async () => {
    const { value } = await loadConfig(botConfigSchema, 'deploy/mcobot.yaml');
    const { signers } = readNodePolicy(readFileSync('policies/node/node.yaml', 'utf8'), 'node.yaml');
    assert.equal(signers.get(value.keys.read.principal)?.effect, 'read');
    assert.equal(signers.get(value.keys.write?.principal ?? '')?.effect, 'write');
  });

  it('agree on the collective, the broker and the names of logins', async () => {
    const [bot, agent, client] = await Promise.all([
      loadConfig(botConfigSchema, 'deploy/mcobot.yaml'),
      loadConfig(agentConfigSchema, 'deploy/agent.yaml'),
      loadConfig(clientConfigSchema, 'deploy/client.yaml'),
    ]);
    const places = [bot, agent, client].map(({ value }) => [
      value.collectives,
      value.broker.servers.map(({ host, port }) => `${host}:${port}`),
    ]);
    assert.deepEqual(places[1], places[0]);
    assert.deepEqual(places[2], places[0]);
    assert.deepEqual([bot.value.broker.login, agent.value.broker.login], ['bot', 'agent']);
  });

  it('keep the store where the service may write', async () => {
    const { value } = await loadConfig(botConfigSchema, 'deploy/mcobot.yaml');
    const unit = readFileSync('deploy/systemd/mcobot.service', 'utf8');
    const [, state] = /^StateDirectory=(\S+)$/m.exec(unit) ?? [];
    const [, logs] = /^LogsDirectory=(\S+)$/m.exec(unit) ?? [];
    assert.equal(dirname(value.store), `/var/lib/${state}`);
    const { trail, checkpoints } = value.audit;
    assert.deepEqual([dirname(trail), dirname(checkpoints ?? '')], [`/var/lib/${state}`, `/var/lib/${state}`]);
    const [, copy = ''] = /^ *# file: (\S+)$/m.exec(readFileSync('deploy/mcobot.yaml', 'utf8')) ?? [];
    assert.equal(dirname(copy), `/var/log/${logs}`);
    assert.match(unit, /^StateDirectoryMode=0700$/m);
  });

  it('lead to the paths that the installation guide uses', async () => {
    const { value } = await loadConfig(agentConfigSchema, 'deploy/agent.yaml');
    const config = resolveAgentConfig({
      value: { ...value, identity: 'atlas01' },
      resolvePath: (to) => join('/etc/mco', to),
    });
    assert.equal(config.allowedSigners, '/etc/mco/allowed_signers');
    assert.deepEqual(config.factFiles, ['/etc/mco/facts.yaml']);
  });
});
