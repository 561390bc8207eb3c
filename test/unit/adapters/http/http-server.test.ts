import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startHttpServer } from '../../../../src/adapters/http/http-server.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { CLOSE, connectRaw, head, statusLines, talk } from './raw-client.ts';
import { startForTest } from './start-for-test.ts';

describe('the HTTP server', { timeout: 60_000 }, () => {
  it('hands over the exact bytes of a body, and query and headers as they came', async (t) => {
    const server = await startForTest(t);
    const body = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
    const headers = `X-Sig: first\r\nx-sig: second\r\nX-SIG: third\r\nContent-Encoding: gzip\r\n__proto__: x\r\nContent-Length: 512\r\n`;
    const said = await talk(server.address, head('POST /in?a=%2F&b=?c', headers + CLOSE), body);
    assert.match(said, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\ndone$/);
    const [request] = server.requests;
    assert.deepEqual([request?.method, request?.path, request?.query], ['POST', '/in', 'a=%2F&b=?c']);
    assert.deepEqual(new Uint8Array(request?.body ?? []), body);
    assert.equal(request?.headers['x-sig'], 'first');
    assert.equal(request?.headers['content-encoding'], 'gzip');
    assert.equal(request?.headers.tostring, undefined);
  });

  it('puts a body together that comes in pieces, with or without its length', async (t) => {
    const server = await startForTest(t);
    const client = await connectRaw(server.address);
    client.write(
      head('POST /in', 'Transfer-Encoding: chunked\r\n'),
      '3\r\nabc\r\n',
      '2;x=y\r\nde\r\n',
      '0\r\nT: x\r\n\r\n',
    );
    await client.until('done');
    client.write(head('POST /in', `Content-Length: 5\r\n${CLOSE}`), 'f', 'gh');
    client.write('ij');
    await client.ended();
    assert.deepEqual(
      server.requests.map(({ body }) => Buffer.from(body).toString()),
      ['abcde', 'fghij'],
    );
  });

  it('keeps a connection for one request after the other', async (t) => {
    const server = await startForTest(t, { handle: async ({ query }) => ({ status: 200, body: `<${query}>` }) });
    const client = await connectRaw(server.address);
    for (let n = 0; n < 50; n++) {
      client.write(head(`GET /look?${n}`));
      await client.until(`<${n}>`);
    }
    client.socket.destroy();
  });

  it('says nothing of itself', async (t) => {
    const server = await startForTest(t);
    const said = await talk(server.address, head('GET /look', CLOSE));
    const names = said.split('\r\n\r\n')[0]?.split('\r\n').slice(1);
    assert.deepEqual(names?.map((line) => line.split(':', 1)[0]?.toLowerCase()).sort(), [
      'connection',
      'content-length',
      'content-type',
      'date',
      'x-content-type-options',
    ]);
  });

  it('answers health with two letters, and HEAD without them', async (t) => {
    const server = await startForTest(t);
    assert.match(await talk(server.address, head('GET /healthz', CLOSE)), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
    const said = await talk(server.address, head('HEAD /healthz', CLOSE));
    assert.match(said, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 2\r\n[\s\S]*\r\n\r\n$/i);
    assert.match(await talk(server.address, head('HEAD /look', CLOSE)), /content-length: 4\r\n[\s\S]*\r\n\r\n$/i);
  });

  for (const path of [
    '/',
    '/healthz/',
    '/HEALTHZ',
    '//healthz',
    '/in/',
    '/%69n',
    '/in;x',
    '/a/../in',
    'http://bot/in',
    '*',
  ]) {
    it(`answers 404 for ${path}, whatever the method`, async (t) => {
      const server = await startForTest(t);
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        const [status] = statusLines(await talk(server.address, head(`${method} ${path}`, CLOSE)));
        assert.equal(status, 'HTTP/1.1 404 Not Found');
      }
      assert.equal(server.requests.length, 0);
    });
  }

  for (const [method, path, allow] of [
    ['GET', '/in', 'POST'],
    ['HEAD', '/in', 'POST'],
    ['PUT', '/in', 'POST'],
    ['POST', '/look', 'GET, HEAD'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['OPTIONS', '/healthz', 'GET, HEAD'],
  ] as const) {
    it(`answers ${method} ${path} with 405 and what is allowed, with a body or without`, async (t) => {
      const server = await startForTest(t);
      for (const [headers, body] of [
        [CLOSE, ''],
        ['Content-Length: 3\r\n', 'abc'],
      ] as const) {
        const said = await talk(server.address, head(`${method} ${path}`, headers), body);
        assert.deepEqual(statusLines(said), ['HTTP/1.1 405 Method Not Allowed']);
        assert.match(said, new RegExp(`\r\nallow: ${allow}\r\n`, 'i'));
      }
      assert.equal(server.requests.length, 0);
    });
  }

  it('gives the answer of the handler: status, headers, body', async (t) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '999', 'X-More': 'yes' };
    const server = await startForTest(t, { handle: async () => ({ status: 201, headers, body: '{"ä":1}' }) });
    const said = await talk(server.address, head('GET /look', CLOSE));
    assert.match(said, /^HTTP\/1\.1 201 Created\r\n/);
    assert.match(said, /\r\ncontent-type: application\/json\r\n/);
    assert.match(said, /\r\nx-more: yes\r\n/);
    assert.match(said, /\r\ncontent-length: 8\r\n/);
  });

  it('gives an empty answer where there is none to give', async (t) => {
    const server = await startForTest(t, { handle: async () => ({ status: 204 }) });
    const said = await talk(server.address, head('GET /look', CLOSE));
    assert.match(said, /^HTTP\/1\.1 204 No Content\r\n/);
    assert.doesNotMatch(said, /content-/i);
  });
});

describe('a handler of the HTTP server', { timeout: 60_000 }, () => {
  for (const [what, handle, code, message] of [
    [
      'throws',
      () => Promise.reject(new Error('no \u001b[2J\nluck')),
      'bug/unexpected',
      'GET /look: no \\x1b[2J\\nluck',
    ],
    [
      'throws one of our errors',
      () => Promise.reject(new McoError('failed/store', 'the disk is full', { hint: 'make room' })),
      'failed/store',
      'GET /look: the disk is full',
    ],
    [
      'throws before it promises anything',
      () => {
        throw new Error('at once');
      },
      'bug/unexpected',
      'GET /look: at once',
    ],
    [
      'answers with a header of two lines',
      async () => ({ status: 200, headers: { 'x-evil': 'a\r\nb: c' } }),
      'bug/unexpected',
      /^GET \/look: Invalid character in header content/,
    ],
    ['answers with no status', async () => ({ status: 7 }), 'bug/unexpected', /^GET \/look: Invalid status code: 7/],
  ] as const) {
    it(`that ${what} is answered for with 500 and nothing else, and told`, async (t) => {
      const server = await startForTest(t, { handle });
      const said = await talk(server.address, head('GET /look', CLOSE));
      assert.match(said, /^HTTP\/1\.1 500 Internal Server Error\r\n[\s\S]*content-length: 0\r\n[\s\S]*\r\n\r\n$/i);
      assert.doesNotMatch(said, /evil|luck|disk/);
      const [problem] = server.problems;
      assert.equal(server.problems.length, 1);
      assert.equal(problem?.code, code);
      if (typeof message === 'string') assert.equal(problem?.message, message);
      else assert.match(problem?.message ?? '', message);
    });
  }

  it('that never answers is answered for after its time', async (t) => {
    const server = await startForTest(t, { handle: () => new Promise(() => {}), limits: { handlerMs: 50 } });
    const said = await talk(server.address, head('GET /look', CLOSE));
    assert.deepEqual(statusLines(said), ['HTTP/1.1 500 Internal Server Error']);
    assert.deepEqual(
      server.problems.map(({ code, message }) => `${code} ${message}`),
      ['failed/http-handler GET /look: no answer within 0.05 s'],
    );
  });

  it('that fails while the log fails, too, ends nothing', async (t) => {
    const onProblem = () => {
      throw new Error('the log is gone');
    };
    const server = await startForTest(t, { handle: () => Promise.reject(new Error('x')), onProblem });
    assert.deepEqual(statusLines(await talk(server.address, head('GET /look', CLOSE))), [
      'HTTP/1.1 500 Internal Server Error',
    ]);
  });

  it('may answer when the client has left', async (t) => {
    let answer = (): void => {};
    const server = await startForTest(t, {
      handle: () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200, body: 'too late' });
        }),
    });
    const client = await connectRaw(server.address);
    client.write(head('GET /look'));
    while (server.requests.length === 0) await new Promise(setImmediate);
    client.socket.destroy();
    await client.ended();
    // The server has seen the end when it answers somebody who came after it.
    await talk(server.address, head('GET /healthz', CLOSE));
    answer();
    assert.match(await talk(server.address, head('GET /healthz', CLOSE)), /ok$/);
    assert.deepEqual(server.problems, []);
  });
});

describe('starting the HTTP server', () => {
  const start = (more: object) =>
    startHttpServer({ host: '127.0.0.1', port: 0, routes: [], onProblem: () => {}, ...more });

  it('on a port that is in use says so, and what to do', async (t) => {
    const server = await startForTest(t);
    const port = Number(new URL(server.address).port);
    await assert.rejects(start({ port }), {
      code: 'failed/listen',
      message: `can't listen on 127.0.0.1:${port}: the port is in use`,
      hint: 'stop what listens there (`ss -ltnp` names it), or set another port',
    });
  });

  it('on an address of another machine says so', async () => {
    await assert.rejects(start({ host: '192.0.2.1' }), {
      code: 'failed/listen',
      message: "can't listen on 192.0.2.1:0: this machine has no such address",
    });
  });

  it('with two routes for one path, or with none that is a path, is refused', async () => {
    const route = (method: string, path: string) => ({ method, path, handle: async () => ({ status: 200 }) });
    const twice = [route('POST', '/slack'), route('GET', '/slack'), route('POST', '/slack')];
    await assert.rejects(start({ routes: twice }), {
      code: 'usage/route',
      message: 'two would answer `POST /slack`',
    });
    await assert.rejects(start({ routes: [route('GET', '/healthz')] }), { code: 'usage/route' });
    for (const path of ['slack', '', '/a b', '/a?b', '/ä']) {
      await assert.rejects(start({ routes: [route('POST', path)] }), { code: 'usage/route' });
    }
  });

  it('with a certificate that is none is refused without showing it', async () => {
    await assert.rejects(start({ tls: { cert: 'SECRET', key: 'SECRET' } }), (error) => {
      assert.ok(error instanceof McoError);
      assert.equal(error.code, 'usage/tls');
      assert.doesNotMatch(`${error.message}${error.hint}${error.cause}`, /SECRET/);
      return true;
    });
  });
});
