import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../contract/wait-for.ts';
import { openMattermostChannel, openSlackChannel, type TestChannel, waitForPost } from './chats/channel.ts';
import { type ChatWorld, startChatWorld } from './chats/chat-world.ts';

const SLIDE = 'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms';

const OVER = /\b(?:OK|PARTIAL|FAILED|DENIED|NO RESPONSE|NO MATCH|CANCELLED|NOT SENT|UNKNOWN)\b/;

describe('in a shared channel', { timeout: 600_000 }, () => {
  let world: ChatWorld;
  before(async () => {
    world = await startChatWorld();
  });
  after(() => world?.close());

  const services = { slack: openSlackChannel, mattermost: openMattermostChannel };
  for (const [service, open] of Object.entries(services)) {
    describe(service, () => {
      let channel: TestChannel;
      before(() => {
        channel = open(world);
      });
      const roots = () => channel.posts().filter(({ thread }) => thread === undefined);
      const root = (text: string) =>
        waitForPost(channel, (post) => post.thread === undefined && post.text.includes(text) && OVER.test(post.text));

      it('shows the founding slide: one root, edited into its summary, a thread and a file', async () => {
        const startedAt = Date.now();
        await channel.command('ana', SLIDE);
        const { id, text, edits, buttons, notified } = await root('openafs-modules-dkms');
        const seconds = (Date.now() - startedAt) / 1000;
        for (const part of ['PARTIAL', '142 OK', '3 NO RESPONSE', '145', '1.6.7-1ubuntu1', '112', 'purged', '30']) {
          assert.ok(text.includes(part), `${part} in ${text}`);
        }
        for (const node of ['atlas28', 'fai07', 'idp2']) assert.ok(text.includes(node), `${node} in ${text}`);
        assert.deepEqual(buttons, ['retrySilent', 'again', 'details']);
        assert.deepEqual(notified, []);
        assert.equal(roots().length, 1);
        assert.ok(edits <= seconds / 2 + 2, `${edits} edits in ${seconds} s`);
        await waitFor(() => channel.files().length === 1);
        const [file] = channel.files();
        assert.match(file?.name ?? '', /^[0-9a-f]{4}\.csv$/);
        assert.equal(file?.thread, id);
        assert.equal(file?.content.trimEnd().split('\n').length, 146);
        const thread = channel.posts().filter((post) => post.thread === id);
        assert.ok(thread.some((post) => post.text.includes('atlas01')));
      });

      it('retries the silent ones with a button, as a run of whoever presses', async () => {
        const [first] = roots();
        await channel.press('raj', first?.id ?? '', 'retrySilent');
        const { text } = await waitForPost(channel, (post) => post.text.includes('@raj') && OVER.test(post.text));
        assert.ok(text.includes(':silent'), text);
        assert.ok(text.includes('NO RESPONSE'), text);
      });

      it('answers in a thread, where last is the run of that thread', async () => {
        const [first] = roots();
        await channel.say('bob', 'find --nodes last:ok -F customer=acme', first?.id);
        const { text, thread } = await waitForPost(
          channel,
          (post) => post.text.includes('@bob') && OVER.test(post.text),
        );
        assert.equal(thread, first?.id);
        assert.ok(text.includes('find'), text);
      });

      it('tells a denial to the requester alone', async () => {
        const before = roots().length;
        await channel.command('bob', 'package update nginx -C webserver');
        await waitFor(() => channel.whispers('bob').some((text) => text.includes('DENIED')));
        assert.equal(roots().length, before);
      });

      it('tells a mistake to the requester alone, with what was meant', async () => {
        await channel.command('ana', 'package staus bash');
        await waitFor(() => channel.whispers('ana').some((text) => text.includes('NOT SENT')));
        assert.ok(channel.whispers('ana').some((text) => text.includes('did you mean `status`')));
      });

      it('cancels with a button that somebody else presses', async () => {
        await channel.command('ana', 'package status bash -F lsbmajdistrelease=14.04 --timeout 40');
        const running = await waitForPost(
          channel,
          ({ text, buttons }) =>
            text.includes('--timeout 40') && text.includes('RUNNING') && buttons.includes('cancel'),
        );
        await channel.press('raj', running.id, 'cancel');
        const { text } = await root('--timeout 40');
        assert.match(text, /CANCELLED by `?@raj/);
      });

      it('lists, shows and checks', async () => {
        await channel.command('ana', 'runs');
        await waitFor(() => channel.whispers('ana').some((text) => text.includes('openafs-modules-dkms')));
        await channel.command('ana', 'health');
        await waitFor(() => channel.whispers('ana').some((text) => text.includes('everything answers')));
        await channel.command('bob', 'whoami');
        await waitFor(() => channel.whispers('bob').some((text) => text.includes('person:bob')));
      });

      it('writes where the person may', async () => {
        await channel.say('ana', 'package update nginx -I atlas01');
        const { text } = await root('package update nginx');
        assert.ok(text.includes('WRITE'), text);
      });
    });
  }
});
