import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { createEventStream, type EventStream } from '../../../../src/adapters/mattermost/event-stream.ts';
import { readFrame } from '../../../../src/adapters/mattermost/socket-frame.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/fake-clock.ts';

const ID = 'a'.repeat(26);
const post = { id: ID, channel_id: ID, user_id: ID, message: 'ping', create_at: 1 };
const posted = (seq: number) =>
  JSON.stringify({ event: 'posted', seq, data: { channel_type: 'O', post: JSON.stringify(post) } });
const hello = (connection: string) => JSON.stringify({ event: 'hello', seq: 0, data: { connection_id: connection } });

describe('a frame from the server', () => {
  it('is left alone when it is no JSON or of another shape', () => {
    for (const text of ['', 'x', 'null', '[]', '5', '{}', '{"event":1,"seq":0}', '{"event":"posted","seq":-1}']) {
      assert.equal(readFrame(text), undefined, text);
    }
  });

  it('counts in the sequence even when its post can not be read', () => {
    const bad: unknown[] = [
      undefined,
      5,
      'x',
      '{}',
      post,
      JSON.stringify({ ...post, id: '../x' }),
      JSON.stringify({ ...post, message: 5 }),
    ];
    for (const value of bad) {
      const text = JSON.stringify({ event: 'posted', seq: 3, data: { post: value } });
      assert.deepEqual(readFrame(text), { kind: 'other', seq: 3 });
    }
    assert.equal(readFrame(posted(4))?.kind, 'posted');
  });
});

describe('a stream of events', () => {
  let server: WebSocketServer;
  let answersPings = true;
  const sockets: { socket: WebSocket; url: string; authorization: string | undefined }[] = [];
  const latest = () => sockets.at(-1)?.socket as WebSocket;

  before(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    server.on('connection', (socket, request) => {
      sockets.push({ socket, url: request.url ?? '', authorization: request.headers.authorization });
      socket.on('message', (data: Buffer) => {
        const { seq } = JSON.parse(data.toString('utf8')) as { seq: number };
        if (answersPings) socket.send(JSON.stringify({ status: 'OK', seq_reply: seq }));
      });
    });
  });
  after(() => server.close());

  const open = async () => {
    const clock: FakeClock = createFakeClock();
    const seen = { gaps: [] as number[], problems: [] as McoError[], posts: 0 };
    const stream: EventStream = createEventStream({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: 'secret-token',
      clock,
      random: () => 0,
      prepare: async () => {},
      onPosted: () => {
        seen.posts += 1;
      },
      onGap: (since) => seen.gaps.push(since),
      onWhole: () => {},
      onProblem: (problem) => seen.problems.push(problem),
    });
    await stream.start();
    return { clock, stream, seen };
  };

  it('carries the token in the upgrade, and takes up where it was', async () => {
    const { stream, seen, clock } = await open();
    latest().send(hello('one'));
    latest().send(posted(1));
    await waitFor(() => seen.posts === 1);
    const count = sockets.length;
    latest().terminate();
    await waitFor(() => seen.problems.length > 0);
    await clock.advance(200);
    await waitFor(() => sockets.length > count);
    assert.equal(sockets.at(-1)?.authorization, 'Bearer secret-token');
    assert.match(sockets.at(-1)?.url ?? '', /connection_id=one&sequence_number=2$/);
    stream.stop();
  });

  it('asks for what is missing when a number is left out, and takes the rest', async () => {
    const { stream, seen } = await open();
    latest().send(hello('one'));
    latest().send(posted(1));
    await waitFor(() => seen.posts === 1);
    const gaps = seen.gaps.length;
    latest().send(posted(5));
    await waitFor(() => seen.posts === 2);
    assert.equal(seen.gaps.length, gaps + 1);
    stream.stop();
  });

  it('lives through frames of any shape', async () => {
    const { stream, seen } = await open();
    latest().send(hello('one'));
    for (const text of ['x', '{"seq_reply":99,"status":"OK"}', '[[[[', '"\u0000"']) latest().send(text);
    latest().send(Buffer.from([1, 2, 3]));
    latest().send(posted(1));
    await waitFor(() => seen.posts === 1);
    assert.deepEqual(seen.problems, []);
    stream.stop();
  });

  it('notices a server that no longer answers, and connects again', async () => {
    const { stream, seen, clock } = await open();
    const count = sockets.length;
    await clock.advance(10_000);
    answersPings = false;
    await clock.advance(10_000);
    await clock.advance(10_000);
    await waitFor(() => seen.problems.some(({ message }) => message.includes('did not answer a ping')));
    answersPings = true;
    await clock.advance(1000);
    await waitFor(() => sockets.length > count && seen.gaps.length > 1);
    assert.ok(!seen.problems.some(({ message, stack }) => `${message}${stack}`.includes('secret-token')));
    await stream.check();
    stream.stop();
  });
});
