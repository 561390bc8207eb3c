import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { createFacterCache } from '../../agent/plugins/facter/facter-cache.ts';
import { systemClock as clock } from '../../src/adapters/clock/system-clock.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { openHostTools } from '../../src/main/host-tools.ts';
import { DEFAULT_TOOLS } from '../../src/main/tools-config.ts';
import { waitFor } from './wait-for.ts';

const isInstalled = existsSync('/usr/bin/facter');
const skip = process.env.CI !== 'true' && !isInstalled ? 'facter is not installed (Debian package facter)' : false;

test('facter tells facts, with the old names and what it complains about', { skip }, async () => {
  const facter = createFacterCache({ runner: createProcessRunner(), clock, command: ['facter'], legacy: true });
  const { facts, elapsedMs } = await facter.refresh(new AbortController().signal);
  assert.equal(facts.kernel, 'Linux');
  assert.equal(typeof facts.os, 'object');
  assert.ok(Object.hasOwn(facts, 'osfamily'), 'an old name');
  assert.ok(elapsedMs > 0);
});

test('its facts count in filters when the configuration says so, and nobody waits for them', { skip }, async () => {
  const runner = createProcessRunner();
  const facter = { command: undefined, everyMs: 600_000, legacy: false, isIntoFacts: true };
  const own = { os: 'from a file' };
  const { mergeFacts, close } = openHostTools(runner, { ...DEFAULT_TOOLS, facter });
  assert.deepEqual(mergeFacts(own), own);
  await waitFor(() => mergeFacts(own).kernel === 'Linux');
  assert.equal(mergeFacts(own).os, 'from a file');
  close();
  const plain = openHostTools(runner, { ...DEFAULT_TOOLS, facter: { ...facter, isIntoFacts: false } });
  await plain.tools.facter?.facter.refresh(new AbortController().signal);
  assert.equal(plain.mergeFacts(own), own);
  plain.close();
});
