import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createFrameWriter } from '../../../../src/adapters/stomp/frame-writer.ts';

/** A socket that keeps what is written to it instead of sending it. */
class KeepingSocket extends Socket {
  readonly written: string[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.written.push(chunk.toString('utf8'));
    done();
  }
}

describe('the frame writer', () => {
  it('sends a frame with its body in one piece', () => {
    const socket = new KeepingSocket();
    createFrameWriter(socket).frame('SEND', { destination: '/queue/a', receipt: 7 }).end(Buffer.from('body'));
    assert.deepEqual(socket.written, ['SEND\ndestination:/queue/a\nreceipt:7\n\nbody\0\n']);
  });

  it('escapes headers once the version is known, and leaves those of CONNECT as they are', () => {
    const socket = new KeepingSocket();
    const writer = createFrameWriter(socket);
    writer.frame('CONNECT', { passcode: 'a:b' }).end();
    writer.setVersion('1.2');
    writer.frame('SEND', { 'a:b': 'c\\d\r\ne' }).end();
    assert.deepEqual(socket.written, ['CONNECT\npasscode:a:b\n\n\0\n', 'SEND\na\\cb:c\\\\d\\r\\ne\n\n\0\n']);
  });

  it('calls back when the socket took the last frame', async () => {
    const writer = createFrameWriter(new KeepingSocket());
    await new Promise<void>((resolve) => writer.frame('DISCONNECT', { receipt: 1 }).end(resolve));
  });

  it('writes nothing after the end', () => {
    const socket = new KeepingSocket();
    const writer = createFrameWriter(socket);
    writer.finish();
    writer.frame('SEND', {}).end();
    writer.heartbeat();
    assert.deepEqual(socket.written, []);
    assert.equal(writer.hasFinished(), true);
  });
});
