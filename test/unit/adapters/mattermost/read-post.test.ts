import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MattermostPost } from '../../../../src/adapters/mattermost/answer-schemas.ts';
import { isByProgram, readPost } from '../../../../src/adapters/mattermost/read-post.ts';

const CHAT = 'mattermost:chat.example.org';
const ME = { id: 'b'.repeat(26), username: 'mco', is_bot: true, delete_at: 0 };
const POST: MattermostPost = {
  id: 'p'.repeat(26),
  channel_id: 'c'.repeat(26),
  user_id: 'u'.repeat(26),
  root_id: '',
  original_id: '',
  message: '@mco ping',
  type: '',
  create_at: 1,
  edit_at: 0,
  delete_at: 0,
};

const read = (post: Partial<MattermostPost>, channelType = 'O') =>
  readPost(CHAT, ME, { post: { ...POST, ...post }, channelType });

describe('what counts as said to the bot', () => {
  it('begins with its name, however it is written', () => {
    for (const message of ['@mco ping', '  @MCO ping', '@mco: ping', '@Mco,ping', '@mco\nping']) {
      assert.equal(read({ message })?.text, 'ping', message);
    }
    assert.equal(read({ message: '@mco' })?.text, '');
  });

  it('does not begin with a longer name, nor has the name further on', () => {
    for (const message of [
      '@mco2 ping',
      '@mco.bot ping',
      '@mco-test ping',
      'hello @mco ping',
      'mco ping',
      'ping',
      '',
    ]) {
      assert.equal(read({ message }), undefined, message);
    }
  });

  it('needs no name in a direct message, but some text', () => {
    assert.equal(read({ message: 'ping' }, 'D')?.text, 'ping');
    assert.equal(read({ message: '@mco ping' }, 'D')?.text, 'ping');
    assert.equal(read({ message: '  ' }, 'D'), undefined);
    assert.equal(read({ message: 'ping' }, 'G'), undefined);
  });

  it('is nothing of its own, of the system, edited or deleted', () => {
    const others: Partial<MattermostPost>[] = [
      { user_id: ME.id },
      { type: 'system_join_channel' },
      { edit_at: 5 },
      { delete_at: 5 },
      { original_id: 'o'.repeat(26) },
    ];
    for (const other of others) assert.equal(read(other), undefined, JSON.stringify(other));
  });

  it('is by a program when it has any mark of one, whatever its value', () => {
    for (const mark of ['from_webhook', 'from_bot', 'from_plugin', 'from_oauth_app', 'override_username']) {
      for (const value of ['true', true, 'false', '', null]) {
        assert.equal(isByProgram({ ...POST, props: { [mark]: value } }), true, `${mark}: ${value}`);
      }
    }
    for (const props of [undefined, null, {}, { disable_group_highlight: true, attachments: [] }]) {
      assert.equal(isByProgram({ ...POST, props }), false);
    }
  });

  it('keeps where it was said', () => {
    assert.deepEqual(read({ root_id: 'r'.repeat(26) }), {
      id: `post:${POST.id}`,
      text: 'ping',
      account: `${CHAT}/${POST.user_id}`,
      channel: POST.channel_id,
      thread: 'r'.repeat(26),
      post: POST.id,
    });
  });
});
