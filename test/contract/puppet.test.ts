import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPuppetSite, type PuppetSite, textOf, whyNoPuppet } from './puppet-site.ts';

const skip = whyNoPuppet();
let site: PuppetSite;
let motd: string;
const wantMotd = (content: string) => ['File', motd, { ensure: 'file', content }] as const;
const failedWith = (message: RegExp) => ({ code: 'failed/puppet', message });

before(async () => {
  if (skip !== false) return;
  site = await openPuppetSite();
  motd = join(site.dir, 'motd');
});
after(() => (skip === false ? site.close() : undefined));

test('a Puppet that never ran says so, and is stale', { skip }, async () => {
  const { message, state, result, stale, reason } = await site.call('status');
  assert.deepEqual(
    { message, state, result, stale, reason },
    {
      message: 'Currently stopped; it never ran; stale',
      state: 'stopped',
      result: 'never run',
      stale: true,
      reason: 'it never ran',
    },
  );
});

test('a dry run says what it would change, and changes nothing', { skip }, async () => {
  site.server.serve([wantMotd('one')]);
  const { result, changed, out_of_sync, started, message } = await site.call('runonce', { isDryRun: true });
  assert.deepEqual(
    { result, changed, out_of_sync, started },
    { result: 'would change', changed: 0, out_of_sync: 1, started: true },
  );
  assert.match(textOf(message), /^would change 1 of \d+ resources \(dry run\)$/);
  assert.equal(existsSync(motd), false);
});

test('a run that changes something has its figures, and the next one has nothing to change', { skip }, async () => {
  site.server.serve([wantMotd('one')]);
  const first = await site.call('runonce');
  const { result, changed, failed, config_version, cached_catalog } = first;
  assert.deepEqual(
    { result, changed, failed, config_version, cached_catalog },
    { result: 'changed', changed: 1, failed: 0, config_version: 'v42', cached_catalog: false },
  );
  assert.equal(readFileSync(motd, 'utf8'), 'one');
  const second = await site.call('runonce');
  assert.equal(second.result, 'unchanged');
  const figures = await site.call('last_run');
  assert.equal(figures.total_resources, second.total);
  assert.equal(figures.result, 'unchanged');
  const { message, stale } = await site.call('status');
  assert.match(textOf(message), /^Currently stopped; last run \d+ seconds? ago \(unchanged\)$/);
  assert.equal(stale, false);
  assert.equal((await site.call('stale')).stale, false);
});

test('only what has a tag is run where tags are given', { skip }, async () => {
  site.server.serve([wantMotd('two'), ['Notify', 'hello', {}]]);
  const { changed } = await site.call('runonce', { input: { tags: 'notify' } });
  assert.equal(changed, 1);
  assert.equal(readFileSync(motd, 'utf8'), 'one');
});

test('a run in which resources fail is a failure that names them', { skip }, async () => {
  site.server.serve([
    ['Exec', '/bin/false', {}],
    ['File', '/no/such/"dir"', { ensure: 'file' }],
  ]);
  await assert.rejects(
    site.call('runonce'),
    failedWith(
      /^run failed: 2 resources: Exec\[\/bin\/false\]: change from .* returned 1 .*; File\[\/no\/such\/"dir"\]: /,
    ),
  );
  assert.equal((await site.call('last_run')).failed_resources, 2);
});

test('a catalogue from the cache is told, with why there is no new one', { skip }, async () => {
  site.server.serve([wantMotd('three')]);
  await site.call('runonce');
  site.server.serve(undefined);
  const { result, cached_catalog, message } = await site.call('runonce');
  assert.deepEqual({ result, cached_catalog }, { result: 'unchanged', cached_catalog: true });
  assert.match(textOf(message), /; from the cached catalogue, as no new one could be had \(.*Unknown variable: 'x'/);
});

test('a run without any catalogue is a failure, although Puppet counts none', { skip }, async () => {
  rmSync(join(site.dir, 'var', 'client_data'), { recursive: true });
  site.server.serve(undefined);
  await assert.rejects(
    site.call('runonce'),
    failedWith(/^run failed: there was no catalogue: .*Unknown variable: 'x'/),
  );
  assert.equal((await site.puppet.lastRun(new AbortController().signal)).resources.failed, 0);
  assert.equal((await site.call('status')).result, 'failed');
});

test('a node without a certificate fails at once', { skip }, async () => {
  const certificate = join(site.dir, 'ssl', 'certs', 'testnode.pem');
  const kept = readFileSync(certificate);
  rmSync(certificate);
  await assert.rejects(site.call('runonce'), failedWith(/^Puppet did not run: /));
  writeFileSync(certificate, kept);
});

test('a disabled Puppet is skipped, keeps its first message, and can be enabled', { skip }, async () => {
  const first = await site.call('disable', { input: { message: 'kernel tests' } });
  assert.equal(first.message, 'disabled: kernel tests');
  const second = await site.call('disable', { input: { message: 'something else' } });
  assert.equal(second.message, 'it was disabled already: kernel tests');
  const { result, started, message } = await site.call('runonce');
  assert.deepEqual({ result, started }, { result: 'skipped', started: false });
  assert.equal(message, 'skipped: Puppet is disabled (kernel tests)');
  const status = await site.call('status');
  assert.equal(status.state, 'disabled');
  assert.equal(status.disable_message, 'kernel tests');
  assert.deepEqual(await site.call('enable'), { message: 'enabled; it was disabled: kernel tests', enabled: true });
  assert.deepEqual(await site.call('enable'), { message: 'it was enabled already', enabled: true });
});

test('who disables without a message is named in the lock', { skip }, async () => {
  assert.equal((await site.call('disable')).disable_message, 'by person:ana');
  await site.call('enable');
});

test('a resource is shown, and one that Puppet does not manage can be changed', { skip }, async () => {
  site.server.serve([wantMotd('four')]);
  await site.call('runonce');
  const shown = await site.call('resource', { input: { type: 'file', name: motd } });
  assert.equal(shown.resource, `file[${motd}]`);
  assert.equal(shown.ensure, 'file');
  assert.equal((shown.properties as Record<string, string>).mode, '0644');
  const other = join(site.dir, 'other');
  const wanted = { type: 'file', name: other, properties: 'ensure=file mode=0600' };
  const dry = await site.call('set_resource', { input: wanted, isDryRun: true });
  assert.equal(dry.changed, true, 'it would be');
  assert.match(textOf(dry.messages), /should be 'file' \(noop\)/);
  assert.equal(existsSync(other), false);
  const done = await site.call('set_resource', { input: wanted });
  assert.deepEqual({ changed: done.changed, ensure: done.ensure }, { changed: true, ensure: 'file' });
  assert.equal((await site.call('set_resource', { input: wanted })).changed, false);
});

test('a resource that Puppet manages, or of another type, is not changed', { skip }, async () => {
  const change = (type: string, name: string) =>
    site.call('set_resource', { input: { type, name, properties: 'ensure=absent' } });
  await assert.rejects(change('file', motd), { code: 'failed/managed' });
  await assert.rejects(change('exec', '/bin/true'), { code: 'failed/not-allowed' });
  assert.equal(existsSync(motd), true);
});

test('a property that can not be set is a failure, although Puppet exits with 0', { skip }, async () => {
  const wanted = { type: 'file', name: '/no/such/dir/file', properties: 'ensure=file' };
  await assert.rejects(site.call('set_resource', { input: wanted }), failedWith(/No such file or directory/));
});
