import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedBroker } from '../src/adapters/embedded-broker/embedded-broker.ts';
import { exportPublicKey } from '../src/adapters/ssh/public-key.ts';
import { makeKey } from '../src/main/playground/make-keys.ts';
import type { Bench, Row } from './bench.ts';
import { startBenchBot } from './start-bench-bot.ts';

/** The compiled program next to the compiled bench. */
const AGENT = fileURLToPath(new URL('../src/main/agent.js', import.meta.url));
const IDENTITY = 'idle.lab.example';
const LOGIN = { login: 'bench', passcode: 'bench' } as const;
const UP_MS = 20_000;

const sleep = (delayMs: number) => new Promise<void>((done) => setTimeout(done, delayMs));

/** Everything that a node has on disk. @returns the configuration file and the host key's line for `known_hosts` */
function writeNode(dir: string, port: number, publicLine: string): { config: string; knownHost: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const write = (name: string, text: string): void => writeFileSync(join(dir, name), text, { mode: 0o600 });
  write('host_key', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  write('allowed_signers', `mco-read namespaces="mco-request@v1" ${publicLine}\n`);
  write('passcode', `${LOGIN.passcode}\n`);
  const settings = [
    `identity: ${IDENTITY}`,
    `broker: { servers: [{ host: 127.0.0.1, port: ${port} }], login: ${LOGIN.login}, passcode_file: passcode }`,
    'host_key: host_key',
    'allowed_signers: allowed_signers',
    `policy: ${resolve('policies/node/node.yaml')}`,
    'audit: audit.jsonl',
    'jobs: jobs',
  ];
  write('agent.yaml', `${settings.join('\n')}\n`);
  const knownHost = `${IDENTITY} ssh-ed25519 ${exportPublicKey(privateKey).toString('base64')}`;
  return { config: join(dir, 'agent.yaml'), knownHost };
}

/** What Linux says of a process (proc(5)): its memory in MB, and processor time in ms since its start. */
function readProcess(pid: number): { rssMB: number; peakMB: number; cpuMs: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssMB: (kibibytes('VmRSS') * 1024) / 1e6, peakMB: (kibibytes('VmHWM') * 1024) / 1e6, cpuMs: ticks * 10 };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}

async function waitFor(holds: () => boolean, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + UP_MS;
  while (!holds()) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('mco-agent did not start');
    await sleep(50);
  }
}

export const IDLE_AGENT: Bench = {
  name: 'idle-agent',
  about: 'memory of a real mco-agent process that is connected and has answered once (Linux)',
  async run({ quick, onEnd }) {
    const dir = mkdtempSync(join(tmpdir(), 'mco-bench-agent-'));
    onEnd(() => rmSync(dir, { recursive: true, force: true }));
    const broker = await startEmbeddedBroker(LOGIN);
    onEnd(() => broker.close());
    const key = makeKey('mco-read');
    const { config, knownHost } = writeNode(dir, broker.port, key.publicLine);
    const startedAt = performance.now();
    const child = spawn(process.execPath, [AGENT, '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    onEnd(() => endProcess(child));
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    await waitFor(() => log.includes(`answers as ${IDENTITY}`) && broker.connections === 1, child);
    const startMs = performance.now() - startedAt;
    const pid = child.pid ?? 0;
    const address = { host: broker.host, port: broker.port, ...LOGIN };
    const bot = await startBenchBot(address, { key, knownHosts: [knownHost], checks: { on: true } });
    onEnd(() => bot.close());
    const rows: Row[] = [];
    const note = (when: string): void => {
      const { rssMB, peakMB, cpuMs } = readProcess(pid);
      rows.push({ when, 'resident MB': rssMB, 'peak MB': peakMB, 'CPU ms so far': cpuMs });
    };
    note('connected');
    const seconds = quick ? 1 : 10;
    await bot.ask([IDENTITY], 'direct');
    note('just after one request');
    await sleep(seconds * 1000);
    note(`${seconds} s later`);
    for (let i = 0; i < 100; i++) await bot.ask([IDENTITY], 'direct');
    await sleep(seconds * 1000);
    note(`100 requests and ${seconds} s later`);
    const notes = [`package.status with the real dpkg or rpm; ${Math.round(startMs)} ms from start to connected`];
    return [{ title: 'idle mco-agent', notes, rows }];
  },
};
