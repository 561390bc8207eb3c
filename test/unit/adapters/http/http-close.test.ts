import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { HttpResponse } from '../../../../src/core/http.ts';
import { CLOSE, connectRaw, head, statusLines, talk, wrapSocket } from './raw-client.ts';
import { startForTest } from './start-for-test.ts';

describe('closing the HTTP server', { timeout: 60_000 }, () => {
  it('waits for what is being answered, and takes nothing more', async (t) => {
    let answer = (): void => {};
    const server = await startForTest(t, {
      handle: () =>
        new Promise<HttpResponse>((resolve) => {
          answer = () => resolve({ status: 200, body: 'done' });
        }),
    });
    const [busy, idle, slow] = await Promise.all([1, 2, 3].map(() => connectRaw(server.address)));
    idle?.write(head('GET /healthz'));
    await idle?.until('ok');
    slow?.write('GET /healthz HT');
    busy?.write(head('GET /look'));
    while (server.requests.length === 0) await new Promise(setImmediate);
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    await idle?.ended();
    await assert.rejects(connectRaw(server.address), { code: 'ECONNREFUSED' });
    slow?.write('TP/1.1\r\nHost: bot\r\n\r\n');
    assert.match((await slow?.ended()) ?? '', /^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*connection: close\r\n/i);
    assert.equal(isClosed, false);
    answer();
    const said = await busy?.ended();
    assert.match(said ?? '', /^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n[\s\S]*done$/i);
    await closed;
  });

  it('does not wait for ever, and closing twice is closing once', async (t) => {
    const handle = () => new Promise<HttpResponse>(() => {});
    const server = await startForTest(t, { handle, limits: { closeMs: 50 } });
    const client = await connectRaw(server.address);
    client.write(head('GET /look'));
    while (server.requests.length === 0) await new Promise(setImmediate);
    await Promise.all([server.close(), server.close()]);
    assert.equal(await client.ended(), '');
  });
});

describe('the HTTP server with TLS', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'mco-http-'));
  let tls = { cert: '', key: '' };

  before(() => {
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const name = ['-subj', '/CN=bot', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...made, ...name, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const connectSecurely = async (address: string, more: object = {}) => {
    const port = Number(new URL(address).port);
    const socket = connectTls({ host: '127.0.0.1', port, ca: tls.cert, ...more });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return wrapSocket(socket);
  };

  it('answers many requests on one connection, and refuses too large a body', async (t) => {
    const server = await startForTest(t, { tls, handle: async ({ query }) => ({ status: 200, body: `<${query}>` }) });
    assert.match(server.address, /^https:\/\/127\.0\.0\.1:\d+$/);
    const client = await connectSecurely(server.address);
    for (let n = 0; n < 50; n++) {
      client.write(head(`POST /in?${n}`, 'Content-Length: 5\r\n'), 'abcde');
      await client.until(`<${n}>`);
    }
    client.write(head('POST /in', 'Content-Length: 65537\r\n'), 'x'.repeat(65_537));
    assert.equal(statusLines(await client.ended()).at(-1), 'HTTP/1.1 413 Payload Too Large');
    assert.equal(server.requests.length, 50);
  });

  it('refuses TLS 1.1', async (t) => {
    const server = await startForTest(t, { tls });
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
    await assert.rejects(connectSecurely(server.address, old), /protocol|alert|version/i);
  });

  it('cuts off who speaks no TLS or says nothing, and goes on', async (t) => {
    const server = await startForTest(t, { tls, limits: { requestMs: 200 } });
    assert.doesNotMatch(await talk(server.address, head('GET /healthz', CLOSE)), /ok/);
    assert.equal(await talk(server.address), '');
    const client = await connectSecurely(server.address);
    client.write(head('GET /healthz', CLOSE));
    assert.match(await client.ended(), /ok$/);
    assert.deepEqual(server.problems, []);
  });

  it('closes also while somebody is greeting it', async (t) => {
    const server = await startForTest(t, { tls });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.address).port) });
    await once(socket, 'connect');
    const client = wrapSocket(socket);
    client.write(Uint8Array.from([22, 3, 1]));
    // Who comes after it is served: then it has been accepted as well.
    const other = await connectSecurely(server.address);
    other.write(head('GET /healthz', CLOSE));
    await other.ended();
    await server.close();
    await client.ended();
  });
});
