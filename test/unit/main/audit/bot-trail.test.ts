import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { auditSchema } from '../../../../src/main/audit/audit-config.ts';
import { findAuditPlace } from '../../../../src/main/audit/bot-trail.ts';
import { chatSchema } from '../../../../src/main/chat-config.ts';

const chat = v.parse(chatSchema, {
  slack: [{ team: 'T024BE7LD', bot_token_file: 'a', app_token_file: 'b' }],
  mattermost: [
    {
      url: 'https://Chat.example.org:8443/sub',
      token_file: 'a',
      command_tokens_file: 'b',
      action_key_file: 'c',
      callback_url: 'https://mcobot.example.org',
    },
  ],
});
const placeOf = (channel: string | undefined) =>
  findAuditPlace({ audit: v.parse(auditSchema, channel === undefined ? {} : { channel }), chat });

test('the audit channel is a channel of one of the chats that the bot is in', () => {
  assert.equal(placeOf(undefined), undefined);
  assert.deepEqual(placeOf('slack:T024BE7LD/C0AUDIT'), { chat: 'slack:T024BE7LD', channel: 'C0AUDIT' });
  assert.deepEqual(placeOf('mattermost:chat.example.org:8443/w7x1n8'), {
    chat: 'mattermost:chat.example.org:8443',
    channel: 'w7x1n8',
  });
});

test('any other is refused, with the chats that there are', () => {
  for (const channel of ['slack:T024BE7L/C0AUDIT', 'slack:T024BE7LDX/C0', 'mattermost:chat.example.org/w7x1n8']) {
    assert.throws(() => placeOf(channel), {
      code: 'usage/bad-file',
      message: `\`audit.channel\`: ${channel} is in no chat of this bot`,
    });
  }
  assert.throws(() => placeOf('slack:T024BE7L/C0AUDIT'), { hint: 'did you mean `slack:T024BE7LD`?' });
});
