import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** Python of the distribution: another one does not find Debian's modules. */
const PYTHON = '/usr/bin/python3';

/** A file system in which every question about `stuck` waits until the file of its first argument is there. */
const SERVER = `
import errno, os, stat, sys, time
import fusepy as fuse
class Hung(fuse.Operations):
    def getattr(self, path, fh=None):
        if path == '/': return dict(st_mode=stat.S_IFDIR | 0o755, st_nlink=2)
        if path != '/stuck': raise fuse.FuseOSError(errno.ENOENT)
        open(sys.argv[1] + '.seen', 'w').close()
        while not os.path.exists(sys.argv[1]): time.sleep(0.02)
        return dict(st_mode=stat.S_IFREG | 0o644, st_nlink=1, st_size=0)
    def readdir(self, path, fh): return ['.', '..', 'stuck']
fuse.FUSE(Hung(), sys.argv[2], foreground=True, nothreads=True)
`;

/** Why there can be no such mount here; false where there can, and where there has to be. */
export function whyNoHungMount(): string | false {
  if (process.getuid?.() !== 0) return 'only root mounts a file system';
  if (!existsSync('/dev/fuse')) return 'this kernel has no FUSE';
  if (process.env.CI === 'true') return false;
  const hasModule = existsSync(PYTHON) && existsSync('/usr/lib/python3/dist-packages/fusepy.py');
  return hasModule ? false : 'FUSE for Python is not installed (Debian package python3-fusepy)';
}

export interface HungMount {
  /** The mounted directory. */
  readonly path: string;
  /** Questions about this never end: who asks is in state S, and in state D once it was sent a signal. */
  readonly stuck: string;
  /** Resolves when a program waits for an answer about it. */
  waitForVisitor(): Promise<void>;
  /** Lets all go on that wait. */
  release(): void;
  close(): Promise<void>;
}

/** Mounts a file system that hangs like a file server that went away. */
export async function mountHung(): Promise<HungMount> {
  const dir = mkdtempSync(join(tmpdir(), 'mco-hung-'));
  const [path, gate, script] = [join(dir, 'mount'), join(dir, 'gate'), join(dir, 'server.py')];
  writeFileSync(script, SERVER);
  execFileSync('mkdir', [path]);
  const server = spawn(PYTHON, [script, gate, path], { stdio: 'ignore' });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  await waitFor(() => readFileSync('/proc/mounts', 'utf8').includes(` ${path} `));
  const stuck = join(path, 'stuck');
  const release = (): void => writeFileSync(gate, '');
  return {
    path,
    stuck,
    // A question that the server has not taken yet would end at a signal.
    waitForVisitor: () => waitFor(() => existsSync(`${gate}.seen`) && hasVisitor(stuck)),
    release,
    async close() {
      release();
      execFileSync('umount', ['--lazy', path]);
      server.kill('SIGKILL');
      await gone;
      rmSync(dir, { recursive: true });
    },
  };
}

const hasVisitor = (path: string): boolean => readdirSync('/proc').some((pid) => isWaiting(pid, path));

/** By where in the kernel it sleeps. */
function isWaiting(pid: string, path: string): boolean {
  try {
    if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path)) return false;
    return readFileSync(`/proc/${pid}/wchan`, 'utf8').includes('request_wait_answer');
  } catch {
    return false;
  }
}
