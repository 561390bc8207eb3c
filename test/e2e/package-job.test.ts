import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { type AptRoot, createAptRepository, createAptRoot } from '../contract/package-repository.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, waitForRecords } from './audit-records.ts';
import type { BotPost } from './chats/channel.ts';
import { createSite, type Site, type SiteNode, startNode } from './site.ts';
import { openSlackSite, type SlackSite } from './slack-site.ts';

const hasApt = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-scanpackages');
const whyNoApt = process.env.CI !== 'true' && !hasApt ? 'apt is not installed (Debian package dpkg-dev)' : false;
const skip = whyNoApt || reasonToSkip('ssh-keygen');

describe('an agent that goes away during a package job', { skip, timeout: 240_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  let root: AptRoot;
  let node: SiteNode;

  const start = () => startNode(site, 'node1', 'plain', { package: { manager: 'apt', environment: root.environment } });
  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519' },
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    const repository = createAptRepository(site.path('repository'));
    for (const name of ['crashed', 'upgraded', 'late', 'cut']) {
      repository.add(
        { name: `${name}-base`, version: '1.0' },
        { name, version: '2.0', depends: `${name}-base`, postinst: waitInPostinst(name) },
      );
    }
    repository.add(
      { name: 'broken-base', version: '1.0' },
      { name: 'broken', version: '2.0', depends: 'broken-base', postinst: `${waitInPostinst('broken')}\nexit 1` },
    );
    root = createAptRoot(site.path('root'), repository.directory);
    assert.ok(root.apt('update'));
    slack = await openSlackSite(site);
    node = await start();
    await slack.start();
  });
  after(async () => {
    await slack?.close();
    await site?.remove();
  });

  const gate = (name: string): string => site.path(`${name}.go`);

  /** Tells that it was reached, with dpkg's process, and waits until it may go on. */
  function waitInPostinst(name: string): string {
    return `echo $PPID > ${site.path(`${name}.begun`)}\nuntil [ -e ${gate(name)} ]; do sleep 0.1; done`;
  }

  const untilBegun = (name: string): Promise<void> => waitFor(() => existsSync(site.path(`${name}.begun`)));
  const open = (name: string): string => site.write(`${name}.go`, '');
  const isOnDisk = (name: string): boolean => existsSync(join(root.directory, `var/lib/dpkg/info/${name}.list`));

  /** What the run came to, where there is exactly one of everything. */
  async function assertOneOutcome(end: BotPost, name: string, result: string): Promise<string> {
    const text = await slack.thread(end, new RegExp(`node1[^\\n]*`));
    const [intent] = findRecords(node.audit, { event: 'intent', action: 'package.install' }).slice(-1);
    assert.equal(intent?.input?.package, name);
    const outcomes = await waitForRecords(node.audit, { event: 'outcome', request: intent?.request });
    assert.deepEqual(
      outcomes.map((record) => record.result),
      [result],
    );
    console.log(end.text, '\nTHREAD\n', text);
    return text;
  }

  test('is killed hard, and its true outcome is the result of the run', async () => {
    await slack.channel.command('ana', 'package install crashed -I node1');
    await untilBegun('crashed');
    await node.running.stop('SIGKILL');
    open('crashed');
    await waitFor(() => root.installed().crashed === '2.0');
    node = await start();
    const end = await slack.endOf('package install crashed');
    await assertOneOutcome(end, 'crashed', 'ok');
  });

  test('is killed hard, and the package fails after it is back', async () => {
    await slack.channel.command('ana', 'package install broken -I node1');
    await untilBegun('broken');
    await node.running.stop('SIGKILL');
    node = await start();
    open('broken');
    const end = await slack.endOf('package install broken');
    await assertOneOutcome(end, 'broken', 'aborted');
  });
});
