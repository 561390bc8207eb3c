import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKnownHosts } from '../src/adapters/ssh/known-hosts.ts';
import { createKnownHosts } from '../src/adapters/ssh/known-hosts-verifier.ts';
import { encodeString } from '../src/adapters/ssh/wire.ts';
import { createCollector } from '../src/bot/collecting/collector.ts';
import type { BusMessage, Verifier } from '../src/core/ports.ts';
import { encodeReply } from '../src/core/reply.ts';
import { makeKey } from '../src/main/playground/make-keys.ts';
import type { Bench, Row } from './bench.ts';
import { spreadOf, timeCalls } from './measure.ts';

const SMALL = 5300;
const LARGE = 53_000;
const REQUEST = '01890000-0000-7000-8000-000000000000';

/** Hosts that really sign; the rest of the file are keys nobody has. */
interface Signers {
  readonly lines: readonly (readonly [host: string, publicLine: string])[];
  readonly replies: readonly BusMessage[];
}

async function makeSigners(count: number): Promise<Signers> {
  const keys = Array.from({ length: count }, (_, i) => makeKey(`host${i}.lab.example`));
  const replies = keys.map(async ({ signer }, i): Promise<BusMessage> => {
    const body = encodeReply({
      v: 1,
      type: 'reply',
      id: `01890000-0000-7000-8000-${String(i).padStart(12, '0')}`,
      request: REQUEST,
      run: REQUEST,
      sender: signer.principal,
      seq: 0,
      kind: 'result',
      status: { code: 0, name: 'ok', message: '' },
      data: { name: 'openafs-modules-dkms', ensure: '1.6.7-1ubuntu1', arch: '', status: 'installed' },
      startedAt: 0,
      finishedAt: 0,
      signer: { principal: signer.principal, fingerprint: signer.fingerprint },
    });
    return { body, signature: await signer.sign('mco-reply@v1', body) };
  });
  const lines = keys.map(({ signer, publicLine }) => [signer.principal, publicLine] as const);
  return { lines, replies: await Promise.all(replies) };
}

/** The signers' lines stand spread over a file of `entries` lines. */
function makeFile(entries: number, { lines }: Signers, hashed: boolean): string {
  const every = Math.floor(entries / lines.length);
  const all = Array.from({ length: entries }, (_, i) => {
    const real = i % every === every - 1 ? lines[Math.floor(i / every)] : undefined;
    const [host, publicLine] = real ?? [`other${i}.lab.example`, makeUnusedKey()];
    return `${hashed ? hashName(host) : host} ${publicLine}`;
  });
  return `${all.join('\n')}\n`;
}

function makeUnusedKey(): string {
  const blob = Buffer.concat([encodeString('ssh-ed25519'), encodeString(randomBytes(32))]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

function hashName(host: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(host).digest('base64')}`;
}

/** All replies through the real collector: signature, schema, host, book-keeping. @returns µs a reply */
async function collect(verifier: Verifier, replies: readonly BusMessage[]): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const collector = createCollector(verifier, ({ error }) => reject(error));
    let left = replies.length;
    collector.open(REQUEST, {
      expects: () => true,
      onUnexpected: (node) => reject(new Error(`${node} was not expected`)),
      onReply() {
        left -= 1;
        if (left === 0) resolve();
      },
    });
    for (const reply of replies) collector.receive(reply);
  });
  return ((performance.now() - startedAt) * 1000) / replies.length;
}

interface Prepared {
  readonly entries: number;
  readonly hashed: boolean;
  readonly path: string;
  readonly verifier: Verifier;
  readonly loadMs: number;
  readonly coldMicros: number;
  readonly warmMicros: number[];
}

async function prepare(
  { entries, hashed, path }: Pick<Prepared, 'entries' | 'hashed' | 'path'>,
  signers: Signers,
  onEnd: (undo: () => void) => void,
): Promise<Prepared> {
  writeFileSync(path, makeFile(entries, signers, hashed));
  const startedAt = performance.now();
  const verifier = await createKnownHosts({ path });
  const loadMs = performance.now() - startedAt;
  onEnd(() => verifier.close());
  const coldMicros = await collect(verifier, signers.replies);
  return { entries, hashed, path, verifier, loadMs, coldMicros, warmMicros: [] };
}

/** What the ancestor's plugin did: the whole file is read and parsed for every check of a signature. */
async function parseEachTime({ path }: Prepared, signers: Signers, calls: number): Promise<number> {
  const lines = signers.lines.slice(0, calls);
  const startedAt = performance.now();
  for (const [host, publicLine] of lines) {
    const key = Buffer.from(publicLine.split(' ')[1] ?? '', 'base64');
    if (parseKnownHosts(readFileSync(path, 'utf8')).check(host, key) !== 'listed') throw new Error('not listed');
  }
  return ((performance.now() - startedAt) * 1000) / lines.length;
}

async function measureLookUp({ path }: Prepared, { lines }: Signers): Promise<number> {
  const index = parseKnownHosts(readFileSync(path, 'utf8'));
  const keys = lines.map(([host, line]) => [host, Buffer.from(line.split(' ')[1] ?? '', 'base64')] as const);
  const { median } = await timeCalls({ calls: keys.length, batches: 5 }, () => {
    for (const [host, key] of keys) if (index.check(host, key) !== 'listed') throw new Error('not listed');
  });
  return median;
}

export const KNOWN_HOSTS: Bench = {
  name: 'known-hosts',
  about: `loading known_hosts with ${SMALL} and ${LARGE} hosts, and what a reply costs with it`,
  async run({ quick, onEnd, tell }) {
    const dir = mkdtempSync(join(tmpdir(), 'mco-bench-known-hosts-'));
    onEnd(() => rmSync(dir, { recursive: true, force: true }));
    const signers = await makeSigners(quick ? 500 : 2000);
    const files: Prepared[] = [];
    for (const hashed of [false, true]) {
      for (const entries of [SMALL, LARGE]) {
        tell(`${entries} hosts, ${hashed ? 'hashed' : 'plain'}`);
        files.push(await prepare({ entries, hashed, path: join(dir, `${entries}-${hashed}`) }, signers, onEnd));
      }
    }
    // Files take turns, so that all of them see the same machine.
    for (let round = 0; round < (quick ? 3 : 7); round++) {
      for (const { verifier, warmMicros } of files) warmMicros.push(await collect(verifier, signers.replies));
    }
    const rows: Row[] = [];
    for (const file of files) {
      const { median, min } = spreadOf(file.warmMicros);
      const small = files.find(({ entries, hashed }) => entries === SMALL && hashed === file.hashed) ?? file;
      const parseMicros = await parseEachTime(file, signers, file.entries === SMALL ? 10 : 3);
      rows.push({
        entries: file.entries,
        names: file.hashed ? 'hashed' : 'plain',
        'load ms': file.loadMs,
        'look-up µs': await measureLookUp(file, signers),
        'first reply µs': file.coldMicros,
        'reply min µs': min,
        'reply median µs': median,
        [`reply, to ${SMALL}`]: median / spreadOf(small.warmMicros).median,
        'parse each time µs': parseMicros,
        'parse each time, to reply': (parseMicros + median) / median,
      });
    }
    const notes = [
      `${signers.replies.length} replies of as many hosts, each checked and collected; µs a reply`,
      'parse each time: what the founding document found in 2015, with our parser: the file read and parsed for every check',
    ];
    return [{ title: 'known_hosts', notes, rows }];
  },
};
