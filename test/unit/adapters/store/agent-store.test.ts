import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import type { LearnedAgent } from '../../../../src/core/learned-agent.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-agents-'));
after(() => rmSync(dir, { recursive: true }));

const learned = (agent: string, version: string): LearnedAgent => ({
  description: { agent, version, about: 'x\0y', actions: {} },
  versions: [{ version, digest: 'd'.repeat(64), nodes: 3 }],
  learnedAt: 1_700_000_000_000,
});

test('what was learned survives a restart, the newest of each name, until it is forgotten', async () => {
  const path = join(dir, 'store.db');
  const first = await openStore({ path });
  await first.agents.keep(learned('hello', '1.0.0'));
  await first.agents.keep(learned('abc', '1.0.0'));
  await first.agents.keep(learned('hello', '1.1.0'));
  first.close();
  const second = await openStore({ path });
  assert.deepEqual(await second.agents.all(), [learned('abc', '1.0.0'), learned('hello', '1.1.0')]);
  await second.agents.forget('abc');
  await second.agents.forget('never');
  assert.deepEqual(await second.agents.all(), [learned('hello', '1.1.0')]);
  second.close();
});
