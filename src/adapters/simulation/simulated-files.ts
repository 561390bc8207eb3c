import { createHash } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import type { FileChanges } from '../../core/host/file-changes.ts';
import type { FileState, HostFiles } from '../../core/host/host-files.ts';
import type { Clock } from '../../core/ports.ts';
import { between, createRandom } from './seeded-random.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** Where the playground's machines let themselves be written to. */
export const SIMULATED_FLAGS = '/var/spool/mco-test';
const PROGRAMS = ['cat', 'date', 'df', 'echo', 'false', 'hostname', 'id', 'ls', 'sleep', 'true', 'uname', 'uptime'];
const LOG_LINES = 200;

interface Entry {
  readonly type: 'file' | 'directory';
  readonly mode: string;
  readonly content: string;
  modifiedAt: number;
}

/** The disk of a virtual host: a few files, its logs, and what people put there for as long as the playground lasts. */
export function createSimulatedFiles(host: VirtualHost, clock: Clock): { files: HostFiles; changes: FileChanges } {
  const work = createWork(host, 'file calls', clock);
  // Most machines are never asked.
  let laidOut: Map<string, Entry> | undefined;
  const all = (): Map<string, Entry> => (laidOut ??= layOutFiles(host, clock.now()));
  const find = async (path: string, signal: AbortSignal): Promise<Entry | undefined> => {
    await work(signal);
    return all().get(path);
  };
  const readText = async (path: string, signal: AbortSignal): Promise<string | undefined> => {
    const entry = await find(path, signal);
    if (entry?.type === 'directory') throw new McoError('failed/file', `\`${path}\`: Is a directory`);
    return entry?.content;
  };
  const files: HostFiles = {
    look: async (path, signal) => describe(await find(path, signal)),
    read: async (path, { signal, maxBytes = 1024 * 1024 }) => (await readText(path, signal))?.slice(0, maxBytes),
    async tail(path, lines, signal) {
      const text = await readText(path, signal);
      return text
        ?.split('\n')
        .slice(-lines - 1)
        .join('\n');
    },
    async list(path, signal) {
      await work(signal);
      const prefix = `${path === '/' ? '' : path}/`;
      return [...all().keys()]
        .filter((name) => name.startsWith(prefix) && name !== '/' && !name.slice(prefix.length).includes('/'))
        .map((name) => name.slice(prefix.length))
        .sort();
    },
    async digest(path, algorithm, signal) {
      const text = await readText(path, signal);
      return text === undefined ? undefined : createHash(algorithm).update(text).digest('hex');
    },
    inspect: async (path, signal) => describe(await find(path, signal)),
    async locate(path, signal) {
      await work(signal);
      return path;
    },
    resolve: async (path, signal) => ((await find(path, signal)) === undefined ? undefined : path),
  };
  return { files, changes: changeFiles(all, clock, work) };
}

function changeFiles(
  all: () => Map<string, Entry>,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<void>,
): FileChanges {
  return {
    async create(path, { content, mode, replace }, signal) {
      await work(signal);
      if (all().has(path) && !replace) throw new McoError('failed/exists', `\`${path}\`: File exists`);
      all().set(path, { type: 'file', mode, content, modifiedAt: clock.now() });
    },
    async touch(path, signal) {
      await work(signal);
      const entry = all().get(path);
      if (entry !== undefined) entry.modifiedAt = clock.now();
    },
    async remove(path, what, signal) {
      await work(signal);
      const isFull = [...all().keys()].some((name) => name.startsWith(`${path}/`));
      if (what === 'directory' && isFull) throw new McoError('failed/file', `\`${path}\`: Directory not empty`);
      all().delete(path);
    },
  };
}

function describe(entry: Entry | undefined): FileState | undefined {
  if (entry === undefined) return undefined;
  const { type, mode, content, modifiedAt } = entry;
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' };
  const size = type === 'directory' ? 4096 : Buffer.byteLength(content);
  return { type, size, mode, ...owner, modifiedAt, changedAt: modifiedAt, accessedAt: modifiedAt };
}

function layOutFiles(host: VirtualHost, now: number): Map<string, Entry> {
  const random = createRandom(`${host.identity} files`);
  const entries = new Map<string, Entry>();
  const past = (): number => now - between(random, 1, 300) * 86_400_000;
  for (const path of ['/', '/etc', '/etc/ssh', '/usr', '/usr/bin', '/var', '/var/log', '/var/spool', SIMULATED_FLAGS]) {
    entries.set(path, { type: 'directory', mode: '0755', content: '', modifiedAt: past() });
  }
  const { ipaddress } = host.facts;
  const address = typeof ipaddress === 'string' ? ipaddress : '127.0.1.1';
  const isDrifted = random() < 0.04;
  const texts = {
    '/etc/hostname': `${host.identity}\n`,
    '/etc/hosts': `127.0.0.1 localhost\n${address} ${host.identity}\n`,
    '/etc/motd': 'This machine is looked after by Puppet.\n',
    '/etc/ssh/sshd_config': `PermitRootLogin ${isDrifted ? 'yes' : 'no'}\nPasswordAuthentication no\n`,
    '/var/log/syslog': writeLog(host, random, now),
    ...Object.fromEntries(PROGRAMS.map((name) => [`/usr/bin/${name}`, `(the program ${name})\n`])),
  };
  for (const [path, content] of Object.entries(texts)) {
    const mode = path.startsWith('/usr/bin/') ? '0755' : path.startsWith('/var/log/') ? '0640' : '0644';
    const modifiedAt = path.startsWith('/var/log/') ? now : past();
    entries.set(path, { type: 'file', mode, content, modifiedAt });
  }
  return entries;
}

function writeLog({ identity, services }: VirtualHost, random: () => number, now: number): string {
  const names = [...services.keys()];
  const lines = Array.from({ length: LOG_LINES }, (_, i) => {
    const at = new Date(now - (LOG_LINES - i) * 60_000).toISOString();
    const name = names[between(random, 0, names.length - 1)] ?? 'kernel';
    return `${at} ${identity} ${name}[${between(random, 300, 30_000)}]: ${random() < 0.02 ? 'connection timed out' : 'done'}`;
  });
  return `${lines.join('\n')}\n`;
}
