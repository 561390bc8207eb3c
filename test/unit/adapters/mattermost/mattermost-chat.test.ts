import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { createMattermostChat } from '../../../../src/adapters/mattermost/mattermost-chat.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { renderMattermostMessage } from '../../../../src/render/mattermost/render-mattermost-message.ts';
import { createFakeReceiver, type FakeReceiver } from '../../../contract/chat.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { type MattermostSite, openSite, type SiteOptions } from './mattermost-site.ts';

const refusedForGood = (error: unknown): boolean => error instanceof McoError && error.code === 'failed/chat-refused';
const unreachable = (error: unknown): boolean => error instanceof McoError && error.code === 'unreachable/chat';

describe('listening in Mattermost', () => {
  let site: MattermostSite;
  let receiver: FakeReceiver;
  afterEach(() => site.close());

  const open = async (options: SiteOptions = {}) => {
    site = await openSite(options);
    receiver = createFakeReceiver();
    await site.chat.start(receiver);
  };
  const say = (text: string, user = site.ana.id, props?: object) =>
    site.server.say({ user, channel: site.channel, text, ...(props === undefined ? {} : { props }) });
  const texts = () => receiver.messages.map(({ text }) => text);
  const hears = (text: string) => waitFor(() => texts().includes(text));

  for (const replaysOnReconnect of [true, false]) {
    it(`hears once what was said while it was cut off, ${replaysOnReconnect ? 'replayed' : 'or lost'}`, async () => {
      await open({ replaysOnReconnect });
      say('@mco one');
      await hears('one');
      site.server.chaos.dropSockets();
      say('@mco two');
      say('hello');
      await hears('two');
      say('@mco three');
      await hears('three');
      assert.deepEqual(texts(), ['one', 'two', 'three']);
    });
  }

  it('hears once what was said while the server restarted, in channels and directly', async () => {
    await open();
    const direct = site.server.directChannel(site.ana.id, site.bot.id);
    await site.server.chaos.restart(async () => {
      say('@mco one');
      site.server.say({ user: site.ana.id, channel: direct, text: 'two' });
    });
    await hears('one');
    await hears('two');
    say('@mco three');
    await hears('three');
    assert.equal(receiver.messages.length, 3);
  });

  it('goes on fetching what it missed when the server fails', async () => {
    await open({ replaysOnReconnect: false });
    let failures = 3;
    site.server.chaos.onCall = ({ path }) => (path.endsWith('/posts') && failures-- > 0 ? { status: 500 } : undefined);
    site.server.chaos.dropSockets();
    say('@mco one');
    await hears('one');
    assert.ok(failures < 0);
  });

  it('offers a message again that could not be taken', async () => {
    await open();
    const { takeMessage } = receiver;
    let refusals = 1;
    receiver.takeMessage = async (message) => (refusals-- > 0 ? false : takeMessage(message));
    say('@mco one');
    await hears('one');
    assert.equal(receiver.messages.length, 1);
  });

  it('knows a person by the id, whatever the name', async () => {
    await open();
    site.server.rename(site.ana.id, 'anabel');
    const person = await site.chat.findPerson(site.account(site.ana.id));
    assert.deepEqual([person?.displayName, person?.account], ['anabel', site.account(site.ana.id)]);
    say('@mco one');
    await hears('one');
    assert.equal(receiver.messages[0]?.account, site.account(site.ana.id));
  });

  it('listens to its own new name', async () => {
    await open();
    site.server.rename(site.bot.id, 'robo');
    site.server.chaos.dropSockets();
    await waitFor(() => site.server.sockets === 0);
    await waitFor(() => site.server.sockets > 0);
    say('@robo one');
    await hears('one');
  });

  it('says that it is deaf', async () => {
    await open();
    assert.match((await site.chat.checkHealth()).about, /connected/);
    site.server.chaos.dropSockets();
    await waitFor(() => site.server.sockets === 0);
    await assert.rejects(site.chat.checkHealth(), unreachable);
  });

  it('starts without a server, and connects when there is one', async () => {
    site = await openSite();
    receiver = createFakeReceiver();
    await site.server.chaos.restart(async () => site.chat.start(receiver));
    say('@mco one');
    await hears('one');
  });

  it('takes nothing more once it is stopped', async () => {
    await open();
    await site.chat.stop();
    say('@mco one');
    const { response } = await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    assert.match(response?.text ?? '', /starting or stopping/);
    assert.deepEqual(receiver.messages, []);
    assert.equal(site.server.sockets, 0);
  });

  it('has no groups without a licence, nor those it may not see', async () => {
    await open();
    await assert.rejects(site.chat.findMembers(`${site.chat.name}/group/${'g'.repeat(26)}`), refusedForGood);
    await assert.rejects(site.chat.findMembers(`mattermost:elsewhere/channel/${site.channel}`), refusedForGood);
    const secret = site.server.addChannel(site.team, 'secret', { isPrivate: true });
    await assert.rejects(site.chat.findMembers(`${site.chat.name}/channel/${secret}`), refusedForGood);
    const team = await site.chat.findMembers(`${site.chat.name}/team/${site.team}`);
    assert.deepEqual([...team].sort(), [site.account(site.ana.id), site.account(site.raj.id)].sort());
  });
});

describe('the settings of Mattermost', () => {
  const settings = {
    url: 'https://Chat.example.org:8065/team/',
    token: 'bot-token',
    commandTokens: [],
    actionKey: new Uint8Array(32),
    callbackUrl: 'http://10.0.0.1:8066',
    renderMessage: renderMattermostMessage,
    clock: systemClock,
  };

  it('name the chat by its host', () => {
    assert.equal(createMattermostChat(settings).name, 'mattermost:chat.example.org:8065');
  });

  it('are refused with a weak key, an empty token or no address', () => {
    const bad = [
      { actionKey: new Uint8Array(31) },
      { token: '' },
      { commandTokens: [' '] },
      { url: 'chat.example.org' },
    ];
    for (const change of bad) {
      assert.throws(
        () => createMattermostChat({ ...settings, ...change }),
        (error) => error instanceof McoError && error.family === 'usage',
      );
    }
  });
});
