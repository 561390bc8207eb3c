import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type GenericSchema, safeParse } from 'valibot';
import { parse } from 'yaml';
import { McoError } from '../../../src/core/errors.ts';
import { agentConfigSchema, resolveAgentConfig } from '../../../src/main/agent-config.ts';
import { botConfigSchema } from '../../../src/main/bot-config.ts';
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
