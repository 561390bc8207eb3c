import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { createAgentClient } from '../../../../src/adapters/ssh/agent-client.ts';
import { createAgentConnection } from '../../../../src/adapters/ssh/agent-connection.ts';
import { createAgentSigner } from '../../../../src/adapters/ssh/agent-signer.ts';
import { encodeString, encodeU32 } from '../../../../src/adapters/ssh/wire.ts';
import { McoError } from '../../../../src/core/errors.ts';

let folder = '';
let socketPath = '';
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mco-agent-'));
  socketPath = join(folder, 'agent');
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

/** A stand-in for an agent: calls `onData` with what arrives. */
async function listen(onData: (socket: Socket, data: Buffer) => void): Promise<void> {
  const made = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => onData(socket, data));
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(socketPath, resolve));
}

const unreachable = { code: 'unreachable/ssh-agent' };

test('requests are pipelined on one connection, and answers in pieces find their requests', async () => {
  let received = '';
  await listen((socket, data) => {
    received += data.toString('latin1');
    if (received.length < 15) return;
    const answers = Buffer.concat(['one', 'two', 'three'].map((answer) => encodeString(answer)));
    for (const byte of answers) socket.write(Buffer.of(byte));
  });
  const connection = createAgentConnection(socketPath);
  const answers = await Promise.all(['a', 'b', 'c'].map((text) => connection.ask(Buffer.from(text), 5000)));
  assert.deepEqual(answers.map(String), ['one', 'two', 'three']);
  assert.equal(received, '\0\0\0\x01a\0\0\0\x01b\0\0\0\x01c');
  connection.close();
});

test('a late answer fails all that wait, and the next request connects again', async () => {
  let isSilent = true;
  await listen((socket) => {
    if (!isSilent) socket.write(encodeString('here'));
  });
  const connection = createAgentConnection(socketPath);
  const first = connection.ask(Buffer.of(1), 30);
  const second = connection.ask(Buffer.of(1), 5000);
  await assert.rejects(first, unreachable);
  await assert.rejects(second, unreachable);
  isSilent = false;
  assert.equal(String(await connection.ask(Buffer.of(1), 5000)), 'here');
  connection.close();
});

test('an answer that is too long, empty or unasked for ends the connection', async () => {
  let answer: Buffer = Buffer.concat([encodeU32(256 * 1024 + 1), Buffer.alloc(10)]);
  await listen((socket) => socket.write(answer));
  const connection = createAgentConnection(socketPath);
  await assert.rejects(connection.ask(Buffer.of(1), 5000), /senseless length/);
  answer = encodeU32(0);
  await assert.rejects(connection.ask(Buffer.of(1), 5000), /senseless length/);
  answer = Buffer.concat([encodeString('x'), encodeString('y')]);
  assert.equal(String(await connection.ask(Buffer.of(1), 5000)), 'x');
  answer = encodeString('z');
  assert.equal(String(await connection.ask(Buffer.of(1), 5000)), 'z');
  connection.close();
});

test('an agent that hangs up or is not there is unreachable', async () => {
  await assert.rejects(createAgentConnection(socketPath).ask(Buffer.of(1), 5000), /ENOENT/);
  await assert.rejects(createAgentSigner({ socketPath, principal: 'bot' }), unreachable);
  await listen((socket) => socket.destroy());
  await assert.rejects(createAgentConnection(socketPath).ask(Buffer.of(1), 5000), unreachable);
});

test('whatever an agent answers, only our own errors come out', async () => {
  let answer: Uint8Array = Buffer.of(5);
  await listen((socket) => socket.write(encodeString(answer)));
  const client = createAgentClient({ socketPath });
  await assert.rejects(client.listIdentities(), { code: 'failed/ssh-agent' });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(12, 14), fc.uint8Array({ maxLength: 60 }), async (type, noise) => {
      answer = Uint8Array.of(type, ...noise);
      for (const ask of [() => client.listIdentities(), () => client.sign(Buffer.of(1), Buffer.of(2), 0)]) {
        await ask().catch((error: unknown) => assert.ok(error instanceof McoError, String(error)));
      }
    }),
    { numRuns: 50 },
  );
  client.close();
});
