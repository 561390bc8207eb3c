import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { createFakeReceiver, type FakeReceiver } from '../../../contract/chat.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { type MattermostSite, openSite } from './mattermost-site.ts';

describe("posts that programs made in people's names", () => {
  let site: MattermostSite;
  let receiver: FakeReceiver;
  afterEach(() => site.close());

  const open = async () => {
    site = await openSite({ heard: { from: Date.now(), notBefore: Date.now(), note: async () => {} } });
    receiver = createFakeReceiver();
  };
  const say = (text: string, user = site.ana.id, props: object = {}) =>
    site.server.say({ user, channel: site.channel, text, props });
  const hears = (text: string) => waitFor(() => receiver.messages.some((message) => message.text === text));
  const refused = () => receiver.refusals.map(({ error, account, channel }) => [error.code, account, channel]);
  const byProgram = (user: string) => ['untrusted/by-program', site.account(user), site.channel];

  it('run nothing and are recorded, from the socket', async () => {
    await open();
    await site.chat.start(receiver);
    const robot = site.server.addUser('robot', { isBot: true }).id;
    site.server.join(robot, site.channel);
    say('@mco one', robot);
    for (const mark of ['from_webhook', 'from_bot', 'from_plugin', 'from_oauth_app', 'override_username']) {
      say(`@mco ${mark}`, site.ana.id, { [mark]: 'true' });
    }
    say('hello', site.ana.id, { from_webhook: 'true' });
    say('@mco two');
    await hears('two');
    assert.deepEqual(
      receiver.messages.map(({ text }) => text),
      ['two'],
    );
    assert.deepEqual(refused(), [byProgram(robot), ...Array(5).fill(byProgram(site.ana.id))]);
  });

  it('run nothing and are recorded, from before the start', async () => {
    await open();
    say('@mco one', site.ana.id, { from_webhook: 'true' });
    say('@mco two');
    await site.chat.start(receiver);
    await hears('two');
    assert.equal(receiver.messages.length, 1);
    assert.deepEqual(refused(), [byProgram(site.ana.id)]);
  });

  it('are the answers of other slash commands', async () => {
    await open();
    await site.chat.start(receiver);
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ response_type: 'in_channel', text: '@mco package update bash' }));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    site.server.addCommand(site.team, `http://127.0.0.1:${port}/`, 'weather');
    await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'here', trigger: 'weather' });
    other.close();
    await waitFor(() => receiver.refusals.length > 0);
    assert.deepEqual(receiver.messages, []);
    assert.deepEqual(refused(), [byProgram(site.ana.id)]);
  });
});
