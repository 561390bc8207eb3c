import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPrivateKey } from '../../../../src/adapters/ssh/private-key.ts';

test('a key that is not there is told in words, with what to do', async () => {
  await assert.rejects(openPrivateKey('/no/such/key'), {
    code: 'usage/unreadable-key',
    message: /`\/no\/such\/key` can't be read: there is no such file$/,
    hint: /ssh-keygen -t ed25519 -f \/no\/such\/key$/,
  });
  await assert.rejects(openPrivateKey('/no/such/ssh_host_ed25519_key'), { hint: /ssh-keygen -A$/ });
});
