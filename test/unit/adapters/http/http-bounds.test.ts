import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { HttpLimits } from '../../../../src/adapters/http/http-limits.ts';
import type { HttpResponse } from '../../../../src/core/http.ts';
import { CLOSE, connectRaw, head, statusLines, talk } from './raw-client.ts';
import { startForTest } from './start-for-test.ts';

const KIB = 1024;
const TOO_LARGE = ['HTTP/1.1 413 Payload Too Large'];
const alive = head('GET /healthz', CLOSE);

/** A server whose handlers answer when the test says so. */
async function startHeld(t: TestContext, limits: Partial<HttpLimits>) {
  const held: (() => void)[] = [];
  const handle = () =>
    new Promise<HttpResponse>((resolve) => {
      held.push(() => resolve({ status: 200, body: 'done' }));
    });
  const server = await startForTest(t, { handle, limits });
  const waitForHandlers = async (count: number) => {
    while (held.length < count) await new Promise(setImmediate);
  };
  return { ...server, held, waitForHandlers };
}

describe('a body', { timeout: 60_000 }, () => {
  it('of 64 KiB is taken, chunked or not', async (t) => {
    const server = await startForTest(t);
    const body = Buffer.alloc(64 * KIB, 'x');
    await talk(server.address, head('POST /in', `Content-Length: ${body.length}\r\n${CLOSE}`), body);
    const chunked = head('POST /in', `Transfer-Encoding: chunked\r\n${CLOSE}`);
    await talk(server.address, chunked, '10000\r\n', body, '\r\n0\r\n\r\n');
    assert.deepEqual(
      server.requests.map((request) => request.body.length),
      [64 * KIB, 64 * KIB],
    );
  });

  it('may be larger where its route says so, and no larger than that', async (t) => {
    const server = await startForTest(t);
    for (const size of [128 * KIB, 128 * KIB + 1]) {
      const body = Buffer.alloc(size, 'x');
      const answer = await talk(server.address, head('POST /wide', `Content-Length: ${size}\r\n${CLOSE}`), body);
      assert.deepEqual(statusLines(answer), size === 128 * KIB ? ['HTTP/1.1 200 OK'] : TOO_LARGE);
    }
    assert.equal(server.requests.length, 1);
  });

  it('that says it is larger is refused before it is sent, and the connection ends', async (t) => {
    const server = await startForTest(t);
    const said = await talk(server.address, head('POST /in', `Content-Length: ${64 * KIB + 1}\r\n`));
    assert.deepEqual(statusLines(said), TOO_LARGE);
    assert.match(said, /\r\nConnection: close\r\n/);
    assert.equal(server.requests.length, 0);
  });

  it('that is larger and says nothing is refused, and the connection ends', async (t) => {
    const server = await startForTest(t);
    const chunk = ['8000\r\n', Buffer.alloc(32 * KIB), '\r\n'] as const;
    const client = await connectRaw(server.address);
    client.write(head('POST /in', 'Transfer-Encoding: chunked\r\n'), ...chunk, ...chunk, '1\r\nx\r\n');
    await client.until(TOO_LARGE[0] ?? '');
    client.write(...chunk, '0\r\n\r\n', head('GET /healthz'));
    assert.deepEqual(statusLines(await client.ended()), TOO_LARGE);
    assert.equal(server.requests.length, 0);
  });

  it('that is refused is thrown away as it comes, so that the client can read why', async (t) => {
    const server = await startForTest(t, { limits: { lingerMs: 10_000 } });
    for (const rest of ['x'.repeat(70_000), `${'x'.repeat(65_537)}noise\r\n\r\n`, 'x'.repeat(65_537) + alive]) {
      const client = await connectRaw(server.address);
      client.write(head('POST /in', 'Content-Length: 65537\r\n'), rest);
      assert.deepEqual(statusLines(await client.ended()), TOO_LARGE);
      assert.equal(client.wasReset(), false);
    }
  });

  it('of many megabytes in tiny chunks is refused, and the server goes on', async (t) => {
    const server = await startForTest(t);
    const said = await talk(
      server.address,
      head('POST /in', 'Transfer-Encoding: chunked\r\n'),
      '1\r\nx\r\n'.repeat(300_000),
    );
    assert.deepEqual(statusLines(said), TOO_LARGE);
    assert.match(await talk(server.address, alive), /ok$/);
  });

  it('for a path that nobody answers is not read for long', async (t) => {
    const server = await startForTest(t);
    const said = await talk(server.address, head('POST /none', 'Content-Length: 1000000000\r\n'), 'x'.repeat(100_000));
    assert.deepEqual(statusLines(said), ['HTTP/1.1 404 Not Found']);
  });

  it('that never comes whole reaches nobody', async (t) => {
    const server = await startForTest(t);
    const client = await connectRaw(server.address);
    client.write(head('POST /in', 'Content-Length: 10\r\n'), 'abc');
    client.socket.end();
    await client.ended();
    assert.match(await talk(server.address, alive), /ok$/);
    assert.equal(server.requests.length, 0);
    assert.deepEqual(server.problems, []);
  });

  it('that waits to be asked for is asked for, if it will be taken', async (t) => {
    const server = await startForTest(t);
    const expect = 'Expect: 100-continue\r\n';
    const client = await connectRaw(server.address);
    client.write(head('POST /in', `Content-Length: 3\r\n${CLOSE}${expect}`));
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    client.write('abc');
    assert.deepEqual(statusLines(await client.ended()), ['HTTP/1.1 100 Continue', 'HTTP/1.1 200 OK']);
    const refused = async (line: string, headers: string) =>
      statusLines(await talk(server.address, head(line, headers + expect)));
    assert.deepEqual(await refused('POST /in', 'Content-Length: 65537\r\n'), TOO_LARGE);
    assert.deepEqual(await refused('POST /none', 'Content-Length: 3\r\n'), ['HTTP/1.1 404 Not Found']);
    assert.deepEqual(await refused('GET /in', 'Content-Length: 3\r\n'), ['HTTP/1.1 405 Method Not Allowed']);
    assert.equal(server.requests.length, 1);
  });
});

describe('the headers', { timeout: 60_000 }, () => {
  it('may take 16 KiB, and no more', async (t) => {
    const server = await startForTest(t);
    const long = (length: number) => head('GET /look', `X: ${'x'.repeat(length)}\r\n${CLOSE}`);
    assert.deepEqual(statusLines(await talk(server.address, long(15 * KIB))), ['HTTP/1.1 200 OK']);
    const refused = ['HTTP/1.1 431 Request Header Fields Too Large'];
    assert.deepEqual(statusLines(await talk(server.address, long(17 * KIB))), refused);
    assert.deepEqual(statusLines(await talk(server.address, `GET /${'x'.repeat(17 * KIB)}`)), refused);
    assert.equal(server.requests.length, 1);
  });
});

describe('a slow client', { timeout: 60_000 }, () => {
  const limits = { requestMs: 200 };
  for (const [what, sent, status] of [
    ['says nothing', '', []],
    ['sends half of a header', 'GET /look HTTP/1.1\r\nHos', ['HTTP/1.1 408 Request Timeout']],
    ['sends half of a body', `${head('POST /in', 'Content-Length: 9\r\n')}abc`, ['HTTP/1.1 408 Request Timeout']],
  ] as const) {
    it(`that ${what} is cut off`, async (t) => {
      const server = await startForTest(t, { limits });
      const said = statusLines(await talk(server.address, sent));
      if (status.length > 0) assert.deepEqual(said, status);
      assert.equal(server.requests.length, 0);
    });
  }

  it('that sends a byte now and then is cut off, too', async (t) => {
    const server = await startForTest(t, { limits });
    const client = await connectRaw(server.address);
    client.write('GET /look HTTP/1.1\r\nHost: bot\r\nX: ');
    const timer = setInterval(() => client.write('x'), 20);
    const said = await client.ended();
    clearInterval(timer);
    assert.deepEqual(statusLines(said), ['HTTP/1.1 408 Request Timeout']);
  });

  it('that has waited long for an answer is cut off', async (t) => {
    const server = await startHeld(t, { idleMs: 100 });
    assert.equal(await talk(server.address, head('GET /look')), '');
    server.held[0]?.();
  });

  it('that leaves a connection unused is cut off', async (t) => {
    const server = await startForTest(t, { limits: { keepAliveMs: 100 } });
    assert.match(await talk(server.address, head('GET /look')), /done$/);
  });
});

describe('many clients', { timeout: 60_000 }, () => {
  it('find no room beyond the limit of connections, and find it again when others leave', async (t) => {
    const server = await startForTest(t, { limits: { maxConnections: 4 } });
    const clients = await Promise.all([1, 2, 3, 4].map(() => connectRaw(server.address)));
    for (const client of clients) {
      client.write(head('GET /look'));
      await client.until('done');
    }
    for (let n = 0; n < 5; n++) assert.equal(await talk(server.address, alive).catch(() => ''), '');
    assert.deepEqual(
      server.problems.map(({ code, message }) => `${code} ${message}`),
      ['failed/http-busy 4 connections are open, more are closed at once'],
    );
    for (const { socket } of clients) socket.destroy();
    await Promise.all(clients.map((client) => client.ended()));
    let said = '';
    while (said === '') said = await talk(server.address, alive).catch(() => '');
    assert.match(said, /ok$/);
  });

  it('are sent away beyond the limit of handlers, while health still answers', async (t) => {
    const server = await startHeld(t, { maxHandlers: 2 });
    const clients = await Promise.all([1, 2].map(() => connectRaw(server.address)));
    for (const client of clients) client.write(head('POST /in', `Content-Length: 1\r\n${CLOSE}`), 'x');
    await server.waitForHandlers(2);
    for (let n = 0; n < 3; n++) {
      const said = await talk(server.address, head('POST /in', `Content-Length: 1\r\n${CLOSE}`), 'x');
      assert.match(said, /^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*retry-after: 1\r\n/i);
    }
    assert.match(await talk(server.address, alive), /ok$/);
    assert.deepEqual(
      server.problems.map(({ code, message }) => `${code} ${message}`),
      ['failed/http-busy 2 requests are being answered, more are sent away'],
    );
    for (const answer of server.held) answer();
    for (const client of clients) assert.deepEqual(statusLines(await client.ended()), ['HTTP/1.1 200 OK']);
    const client = await connectRaw(server.address);
    client.write(head('GET /look', CLOSE));
    await server.waitForHandlers(3);
    server.held[2]?.();
    assert.match(await client.ended(), /done$/);
  });

  it('that send a request before the last one is answered are cut off', async (t) => {
    const server = await startHeld(t, {});
    const client = await connectRaw(server.address);
    client.write(head('GET /look?1'));
    await server.waitForHandlers(1);
    client.write(head('GET /look?2').repeat(1000));
    assert.equal(await client.ended(), '');
    assert.equal(server.requests.length, 1);
    server.held[0]?.();
    assert.match(await talk(server.address, alive), /ok$/);
  });
});

describe('what is no HTTP', { timeout: 60_000 }, () => {
  const bad = ['HTTP/1.1 400 Bad Request'];
  for (const [what, sent, status] of [
    ['noise', '\u0000\u0001\u0002\r\n\r\n', bad],
    ['a request without a host', 'GET /look HTTP/1.1\r\n\r\n', bad],
    ['two lengths', head('POST /in', 'Content-Length: 1\r\nContent-Length: 2\r\n'), bad],
    ['a length and chunks', head('POST /in', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), bad],
    ['a length that is none', head('POST /in', 'Content-Length: -1\r\n'), bad],
    ['an endless length', head('POST /in', `Content-Length: ${'9'.repeat(40)}\r\n`), bad],
    ['a space before the colon', head('GET /look', 'X : y\r\n'), bad],
    ['a folded header', head('GET /look', 'X: y\r\n z\r\n'), undefined],
    ['a bare line feed', 'GET /look HTTP/1.1\nHost: bot\n\n', undefined],
    ['a chunk of no size', `${head('POST /in', 'Transfer-Encoding: chunked\r\n')}zz\r\n`, bad],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', undefined],
    ['a TLS greeting', Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]), bad],
    ['a tunnel', 'CONNECT bot:22 HTTP/1.1\r\nHost: bot\r\n\r\n', []],
    ['an upgrade', head('GET /none', `Upgrade: websocket\r\nConnection: Upgrade, close\r\n`), undefined],
    ['an unknown expectation', head('GET /look', `Expect: wonders\r\n${CLOSE}`), ['HTTP/1.1 417 Expectation Failed']],
  ] as const) {
    it(`${what} reaches nobody and ends nothing`, async (t) => {
      const server = await startForTest(t, { limits: { requestMs: 500, keepAliveMs: 200 } });
      const said = statusLines(await talk(server.address, sent));
      if (status !== undefined) assert.deepEqual(said, status);
      else assert.ok(said.every((line) => /^HTTP\/1\.1 4\d\d /.test(line)) || what === 'a folded header', said.join());
      assert.match(await talk(server.address, alive), /ok$/);
      assert.deepEqual(server.problems, []);
    });
  }

  it('after a request that is being answered costs the connection, and is not answered first', async (t) => {
    const server = await startHeld(t, {});
    const client = await connectRaw(server.address);
    client.write(head('GET /look'));
    await server.waitForHandlers(1);
    client.write('\u0000\u0001 noise\r\n\r\n');
    assert.equal(await client.ended(), '');
    assert.match(await talk(server.address, alive), /ok$/);
  });
});
