import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  headersForConnect,
  headersForSend,
  headersForSubscribe,
} from '../../../../src/adapters/stomp/broker-flavour.ts';

const message = { destination: '/queue/mco.c.node.n1', body: Buffer.from('{}'), signature: 'c2ln', expiresAt: 5000 };

test('ActiveMQ gets the absolute expiry and the plain destination', () => {
  assert.deepEqual(headersForSend('activemq', message, 1000), {
    destination: '/queue/mco.c.node.n1',
    mco_sig: 'c2ln',
    expires: 5000,
    'content-type': 'application/json',
    'content-length': 2,
  });
});

test('RabbitMQ gets the time left and a destination that creates no queue', () => {
  const headers = headersForSend('rabbitmq', message, 1000);
  assert.equal(headers.expiration, 4000);
  assert.equal(headers.destination, '/amq/queue/mco.c.node.n1');
  assert.equal(
    headersForSend('rabbitmq', { ...message, destination: '/topic/mco.c.alive' }, 0).destination,
    '/topic/mco.c.alive',
  );
});

test('subscribing creates a passing queue on RabbitMQ only', () => {
  assert.deepEqual(headersForSubscribe('activemq', '/queue/q'), { destination: '/queue/q', ack: 'auto' });
  assert.equal(headersForSubscribe('rabbitmq', '/queue/q').durable, 'false');
  assert.equal(headersForSubscribe('rabbitmq', '/topic/t').durable, undefined);
});

test('only STOMP 1.2 is offered', () => {
  assert.equal(headersForConnect('activemq')['accept-version'], '1.2');
  assert.deepEqual(headersForConnect('rabbitmq'), { 'accept-version': '1.2', host: '/' });
});
