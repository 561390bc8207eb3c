import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { whyNoActivemq } from '../contract/activemq.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { type AptRoot, createAptRepository, createAptRoot } from '../contract/package-repository.ts';
import { findRecords } from './audit-records.ts';
import { waitForPost } from './chats/channel.ts';
import { createSite, type Site, startNode } from './site.ts';
import { openSlackSite, type SlackSite } from './slack-site.ts';

const skip = whyNoActivemq() || reasonToSkip('ssh-keygen');

/** Ubuntu's versions of 27 January 2015: the last that could be attacked, and the one that could not. */
const OPEN = '2.19-0ubuntu6.4';
const CLOSED = '2.19-0ubuntu6.5';
/** As text it comes before both of them. */
const LATER = '2.19-0ubuntu6.10';
const NODES = { fai01: OPEN, fai02: OPEN, idp1: OPEN, atlas01: OPEN, atlas02: CLOSED, atlas03: LATER } as const;
const FIND = `find -S "package('libc6').version < '${CLOSED}'"`;

describe('the GHOST story, on real dpkg and with a real broker', { skip, timeout: 300_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  const roots = new Map<string, AptRoot>();

  before(async () => {
    const hosts = Object.fromEntries(Object.keys(NODES).map((node) => [node, 'ed25519'] as const));
    const signers = { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } } as const;
    site = await createSite({ hosts, signers });
    preparePackages();
    slack = await openSlackSite(site);
    for (const [node, { environment }] of roots) {
      await startNode(site, node, { sections: { package: { manager: 'apt', environment } } });
    }
    await slack.start();
  });
  after(async () => {
    await site?.remove();
    await slack?.close();
  });

  /** A private repository, and a machine for each node on which nothing but its libc6 is installed. */
  function preparePackages(): void {
    const repository = createAptRepository(join(site.dir, 'repository'));
    const versions = [OPEN, CLOSED, LATER];
    for (const version of versions) repository.add({ name: 'libc6', version });
    for (const [node, version] of Object.entries(NODES)) {
      const root = createAptRoot(join(site.dir, `${node}-root`), repository.directory);
      roots.set(node, root);
      assert.ok(root.apt('update'));
      assert.ok(root.apt('install', `libc6=${version}`));
    }
  }

  const versionsNow = (): Record<string, string | undefined> =>
    Object.fromEntries([...roots].map(([node, root]) => [node, root.installed().libc6]));

  it('finds who is open, patches them one before the rest, and finds nobody any more', async () => {
    const { channel } = slack;
    await channel.command('ana', FIND);
    const found = await slack.endOf(/find -S/);
    assert.match(found.text, /OK.*4 \/ 4/s);
    const { text: names } = await waitForPost(channel, ({ thread }) => thread === found.id);
    for (const [node, version] of Object.entries(NODES)) {
      assert.equal(names.includes(node), version === OPEN, `${node} in ${names}`);
    }

    await channel.say('ana', 'package update libc6 --nodes last --canary 1 --batch 10 --max-fail 1', found.id);
    const updated = await slack.endOf(/package update/);
    assert.match(updated.text, /OK.*4 \/ 4/s, updated.text);
    assert.match(updated.text, new RegExp(`${LATER.replaceAll('.', '\\.')} = 4`));
    assert.deepEqual(versionsNow(), {
      ...Object.fromEntries(Object.keys(NODES).map((node) => [node, LATER])),
      atlas02: CLOSED,
    });

    await channel.say('ana', FIND, found.id);
    await waitForPost(channel, ({ id, text }) => id !== found.id && /find -S.*NO MATCH|NO MATCH.*find -S/s.test(text));
    const threads = new Set(channel.posts().map(({ id, thread }) => thread ?? id));
    assert.deepEqual([...threads], [found.id], 'all of it is one thread');
  });

  it('is on record on both sides: who, what, which nodes, and what was asked of them before', () => {
    const [intent] = findRecords(site.path('audit.db'), { event: 'intent', action: 'package.update' });
    assert.deepEqual(intent?.nodes, ['atlas01', 'fai01', 'fai02', 'idp1']);
    assert.equal(intent?.caller, 'person:ana');
    for (const node of ['fai01', 'atlas03']) {
      const asked = findRecords(site.path(`${node}-audit.jsonl`), { event: 'intent', action: 'data.package' });
      assert.ok(asked.length >= 2, `${node} was asked twice`);
      assert.deepEqual(asked[0]?.input, { argument: 'libc6' });
    }
    const changed = findRecords(site.path('fai01-audit.jsonl'), { event: 'outcome', action: 'package.update' });
    assert.deepEqual(
      changed.map(({ result }) => result),
      ['ok'],
    );
    assert.deepEqual(findRecords(site.path('atlas03-audit.jsonl'), { action: 'package.update' }), []);
  });
});
