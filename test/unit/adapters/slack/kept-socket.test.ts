import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { it } from 'node:test';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { createKeptSocket } from '../../../../src/adapters/slack/kept-socket.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import { waitFor } from '../../../contract/wait-for.ts';

/** Greets, and then reads nothing any more: no ping is answered, and no close frame either. */
async function startSilentPeer() {
  const connections: Duplex[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` }));
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (greeted) => {
      connections.push(socket);
      greeted.on('error', () => {});
      greeted.send('not JSON');
      greeted.send('null');
      greeted.send(JSON.stringify({ type: 'events_api', payload: {} }));
      greeted.send(JSON.stringify({ type: 'hello' }), () => socket.pause());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    connections,
    async close() {
      for (const connection of connections) connection.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('a peer that has gone silent is found out and left, without its consent', { timeout: 60_000 }, async () => {
  const peer = await startSilentPeer();
  const problems: McoError[] = [];
  const socket = createKeptSocket({
    appToken: 'xapp-test',
    apiUrl: peer.apiUrl,
    clock: systemClock,
    onEnvelope: () => {},
    onProblem: (problem) => void problems.push(problem),
  });
  await socket.start();
  assert.equal(socket.isOpen, true);
  await waitFor(() => peer.connections.length === 2);
  await waitFor(() => socket.isOpen);
  assert.equal(problems[0]?.code, 'unreachable/chat');
  await socket.stop();
  assert.equal(socket.isOpen, false);
  await peer.close();
});
