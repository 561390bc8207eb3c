import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { setUpMattermost } from '../../../../src/adapters/mattermost/set-up-mattermost.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { startMattermostServer } from '../../../servers/mattermost/server.ts';
import type { MattermostServer } from '../../../servers/mattermost/types.ts';

describe('setting up Mattermost', () => {
  let server: MattermostServer;
  let channel: string;
  let admin: string;
  let ana: string;
  let bot: { id: string; token: string };

  before(async () => {
    server = await startMattermostServer();
    const team = server.addTeam('ops');
    server.addTeam('dev');
    channel = server.addChannel(team, 'deploy');
    admin = server.addUser('root', { isAdmin: true }).token;
    ana = server.addUser('ana').token;
    bot = server.addUser('mco', { isBot: true });
  });
  after(() => server.close());

  const setUp = (changes: object = {}) =>
    setUpMattermost({
      url: server.url,
      adminToken: admin,
      botUser: '@mco',
      teams: ['ops', 'dev'],
      channels: ['ops/deploy'],
      callbackUrl: 'http://10.0.0.1:8065',
      clock: systemClock,
      ...changes,
    });
  const fails = (changes: object, code: string, hint: RegExp) =>
    assert.rejects(setUp(changes), (error) => {
      assert.ok(error instanceof McoError);
      assert.equal(error.code, code);
      assert.match(error.hint ?? '', hint);
      assert.ok(!`${error.message} ${error.hint}`.includes(admin));
      return true;
    });

  it('makes a command in each team and brings the bot in, once', async () => {
    const first = await setUp();
    assert.deepEqual(
      first.teams.map(({ name, outcome }) => [name, outcome]),
      [
        ['ops', 'created'],
        ['dev', 'created'],
      ],
    );
    assert.notEqual(first.teams[0]?.token, first.teams[1]?.token);
    assert.deepEqual([first.botId, first.channels], [bot.id, ['ops/deploy']]);
    const again = await setUp();
    assert.deepEqual(
      again.teams,
      first.teams.map((team) => ({ ...team, outcome: 'kept' })),
    );
    const posts = await fetch(`${server.url}/api/v4/channels/${channel}/posts`, {
      headers: { authorization: `Bearer ${bot.token}` },
    });
    assert.equal(posts.status, 200);
  });

  it('moves a command to another address, and keeps its token', async () => {
    const before = await setUp();
    const moved = await setUp({ callbackUrl: 'http://10.0.0.2:8065/' });
    assert.deepEqual(
      moved.teams.map(({ outcome, oldUrl }) => [outcome, oldUrl]),
      Array(2).fill(['moved', 'http://10.0.0.1:8065/mattermost/command']),
    );
    assert.deepEqual(
      moved.teams.map(({ token }) => token),
      before.teams.map(({ token }) => token),
    );
    assert.equal((await setUp({ callbackUrl: 'http://10.0.0.2:8065' })).teams[0]?.outcome, 'kept');
  });

  it('says what is missing', async () => {
    await fails({ adminToken: ana }, 'failed/chat-refused', /administrator/);
    await fails({ adminToken: 'wrong' }, 'failed/chat-refused', /administrator/);
    await fails({ teams: ['opps'], channels: [] }, 'unknown/team', /did you mean `ops`/);
    await fails({ channels: ['ops/deplyo'] }, 'unknown/channel', /did you mean `deploy`/);
    await fails({ channels: ['deploy'] }, 'usage/missing-value', /TEAM\/CHANNEL/);
    await fails({ botUser: 'nobody' }, 'unknown/account', /bot account/);
    await fails({ botUser: 'ana' }, 'failed/chat-refused', /bot account/);
    await fails({ url: 'ftp://x' }, 'usage/bad-url', /https/);
  });
});
