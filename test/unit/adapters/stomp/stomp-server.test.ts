import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStompBus } from '../../../../src/adapters/stomp/stomp-bus.ts';
import { prepareServer } from '../../../../src/adapters/stomp/stomp-server.ts';

const server = (ca: string) => ({ host: 'amq1', port: 61614, tls: { ca } });

test('an empty CA is refused instead of trusting the public ones', () => {
  assert.throws(() => prepareServer(server('')), { code: 'usage/tls' });
});

test('a CA that is no certificate is refused', () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  assert.throws(() => prepareServer(server(broken)), { code: 'usage/tls' });
});

test('a passcode with a line end is refused, since CONNECT has no escapes', () => {
  const servers = [{ host: '127.0.0.1', port: 1 }];
  assert.throws(() => createStompBus({ servers, login: 'a', passcode: 'b\nhost:x' }), { code: 'usage/login' });
});

test('an empty list of brokers is refused', () => {
  assert.throws(() => createStompBus({ servers: [] }), { code: 'usage/no-servers' });
});
