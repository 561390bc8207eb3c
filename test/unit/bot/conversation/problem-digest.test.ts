import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createProblemDigest } from '../../../../src/bot/conversation/problem-digest.ts';
import { away, refused } from '../../../fakes/fake-chat.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

it('the same trouble of a chat is reported once a minute, with how often it was there', async () => {
  const clock = createFakeClock();
  let setBackMs = 0;
  const told: string[] = [];
  const setClock = { ...clock, now: () => clock.now() - setBackMs };
  const note = createProblemDigest(setClock, ({ code, message }) => void told.push(`${code} ${message}`));
  for (let n = 0; n < 5; n++) note(away(), 'one');
  note(refused(), 'one');
  note(away(), 'two');
  const first = 'unreachable/chat the chat does not answer';
  assert.deepEqual(told.splice(0), [first, 'failed/chat-refused the channel is archived', first]);
  await clock.advance(60_000);
  note(away(), 'one');
  note(away(), 'two');
  assert.deepEqual(told.splice(0), [`${first} (and 4 more of this kind since it was last reported)`, first]);
  setBackMs = 3_600_000;
  note(away(), 'two');
  assert.deepEqual(told, [first]);
});
