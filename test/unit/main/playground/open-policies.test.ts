import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPolicies } from '../../../../src/main/playground/open-policies.ts';
import { createReloads } from '../../../../src/main/reloads.ts';
import { createFakeAudit } from '../../../fakes/fake-audit.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

test('a changed policy of the playground is on record, and a broken one leaves the last good one', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mco-playground-policy-'));
  for (const name of readdirSync('policies').filter((one) => one.endsWith('.yaml'))) {
    copyFileSync(join('policies', name), join(dir, name));
  }
  const audit = createFakeAudit();
  const [bot, nodes] = [createReloads(), createReloads()];
  bot.recordIn({ audit, by: 'bot:playground', clock: createFakeClock() });
  const looks: (() => void)[] = [];
  const policies = openPolicies(dir, { bot, nodes }, (look) => {
    looks.push(look);
    return () => {};
  });
  // A change counts once it stood for one interval.
  const settle = (): void => {
    for (const look of [...looks, ...looks]) look();
  };
  try {
    const good = policies.bot.current();
    writeFileSync(join(dir, 'broken.yaml'), 'rolls: []\n');
    settle();
    assert.equal(policies.bot.current(), good);
    rmSync(join(dir, 'broken.yaml'));
    writeFileSync(join(dir, 'more.yaml'), 'people: { zoe: { console: [zoe] } }\n');
    settle();
    assert.equal(policies.bot.current().accounts.get('console:zoe'), 'person:zoe');
    assert.deepEqual(
      audit.records.map(({ by, event, result }) => [by, event, result]),
      [
        ['bot:playground', 'reloaded', 'refused'],
        ['bot:playground', 'reloaded', 'ok'],
      ],
    );
    assert.match(audit.records[0]?.reason ?? '', /the old one stays: broken\.yaml:1: unknown key `rolls`/);
  } finally {
    for (const open of Object.values(policies)) open.close();
    rmSync(dir, { recursive: true });
  }
});
