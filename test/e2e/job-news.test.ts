import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords } from './audit-records.ts';
import type { BotPost } from './chats/channel.ts';
import type { Running } from './programs.ts';
import { createSite, type Site, type SiteNode, startNode } from './site.ts';
import { openSlackSite, type SlackSite } from './slack-site.ts';

describe('what came of a job that outlived its run', { skip: reasonToSkip('ssh-keygen'), timeout: 240_000 }, () => {
  let site: Site;
  let slack: SlackSite;
  let node: SiteNode;
  let bot: Running;

  const startAgent = () => startNode(site, 'node1', { sections: { shell: { shells: { sh: '/bin/sh' } } } });
  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519' },
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    slack = await openSlackSite(site);
    node = await startAgent();
    bot = await slack.start();
  });
  after(async () => {
    await slack?.close();
    await site?.remove();
  });

  /** Begins a job that waits for a file, and resolves with its run when that is over. */
  async function begin(name: string, exitCode: number): Promise<BotPost> {
    const script = `echo begun; until [ -e ${site.path(name)} ]; do sleep 0.1; done; echo done; exit ${exitCode}`;
    await slack.channel.command('raj', `shell run '${script}' shell=sh -I node1 --timeout 2`);
    const root = await slack.endOf(new RegExp(`-e ${site.path(name)} `));
    assert.match(root.text, /the work goes on on one node/);
    assert.match(root.text, /what comes of it is told here/);
    return root;
  }

  const news = (root: BotPost): readonly string[] =>
    slack.channel
      .posts()
      .filter(({ thread, text }) => thread === root.id && text.includes('JOB ENDED'))
      .map(({ text }) => text);

  async function untilTold(root: BotPost): Promise<string> {
    await waitFor(() => news(root).length > 0, 40_000).catch(() => assert.fail(slack.threadOf(root)));
    return news(root)[0] ?? '';
  }

  /** Both sides tell the same of a run. */
  async function assertStoriesAgree(run: string): Promise<void> {
    await slack.channel.command('raj', `audit compare ${run}`);
    const told = () => slack.channel.whispers('raj').findLast((text) => text.includes(run)) ?? '';
    await waitFor(() => told() !== '');
    assert.match(told(), /agree/, told());
  }

  const runOf = ({ text }: BotPost): string => /run ([0-9a-f]{4})/.exec(text)?.[1] ?? assert.fail(text);

  test('is told in its thread, and both sides have the same on record', async () => {
    const root = await begin('go-1', 7);
    const run = runOf(root);
    site.write('go-1', '');
    const told = await untilTold(root);
    assert.match(told, new RegExp(`1 job of run ${run}: 1 FAILED`));
    assert.match(told, /exit code 7/);
    const [record] = findRecords(site.path('audit.db'), { event: 'unexpected' });
    assert.deepEqual([record?.nodes, record?.reason], [['node1'], 'the job of this run ended: aborted']);
    await assertStoriesAgree(run);
    const [look] = findRecords(site.path('audit.db'), { event: 'intent', action: 'job.show' });
    await assertStoriesAgree(look?.run?.slice(-8) ?? assert.fail());
  });

  test('is told though bot and agent were both killed while it was at work', async () => {
    const root = await begin('go-2', 0);
    await bot.stop('SIGKILL');
    await node.running.stop('SIGKILL');
    site.write('go-2', '');
    node = await startAgent();
    bot = await slack.start();
    assert.match(await untilTold(root), /1 job of run [0-9a-f]{4}: 1 OK/);
    assert.equal(news(root).length, 1);
  });

  test('is told of a program that was only started', async () => {
    await slack.channel.command('raj', 'shell start "sleep 1" -I node1');
    const root = await slack.endOf(/shell start/);
    assert.match(await untilTold(root), /1 OK/);
  });
});
