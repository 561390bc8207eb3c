import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { DEFAULT_PUPPET, puppetSection, resolvePuppetConfig } from '../../../src/main/puppet-config.ts';

const read = (section: unknown) => resolvePuppetConfig(v.parse(puppetSection, section), (path) => `/etc/mco/${path}`);

test('a node whose configuration does not mention Puppet lets nobody change resources or the server', () => {
  const { changeableTypes, allowManaged, allowServer } = DEFAULT_PUPPET.permits;
  assert.deepEqual(
    { changeableTypes, allowManaged, allowServer },
    { changeableTypes: [], allowManaged: false, allowServer: false },
  );
  assert.deepEqual([DEFAULT_PUPPET.hungAfterMs, DEFAULT_PUPPET.outdatedAfterMs], [7_200_000, 7_200_000]);
});

test('types whose properties may be secret are not shown by default', () => {
  for (const type of ['exec', 'cron', 'ssh_authorized_key']) {
    assert.equal(DEFAULT_PUPPET.permits.readableTypes.includes(type), false, type);
  }
});

test('minutes become milliseconds, and paths absolute', () => {
  const { confdir, command, hungAfterMs } = read({ confdir: 'puppet', command: 'bin/puppet', hung_after_minutes: 5 });
  assert.deepEqual([confdir, command, hungAfterMs], ['/etc/mco/puppet', '/etc/mco/bin/puppet', 300_000]);
});

test('what is no type, no time and no setting is refused', () => {
  const sections = [
    { resource_types: ['File x'] },
    { hung_after_minutes: 0 },
    { outdated_after_minutes: 1.5 },
    { sever: true },
  ];
  for (const section of sections)
    assert.equal(v.safeParse(puppetSection, section).success, false, JSON.stringify(section));
});
