import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../contract/wait-for.ts';

/** Python of the distribution: another one does not find Debian's modules. */
const PYTHON = '/usr/bin/python3';

/** One file system over a directory, on which nothing is written while the file of the first argument is there. */
const SERVER = `
import errno, os, sys, time
import fusepy as fuse
gate, place, under = sys.argv[1:4]
class Disk(fuse.Operations):
    def at(self, path): return under + path
    def getattr(self, path, fh=None):
        try: found = os.lstat(self.at(path))
        except OSError as error: raise fuse.FuseOSError(error.errno)
        names = ('st_mode', 'st_size', 'st_nlink', 'st_uid', 'st_gid', 'st_atime', 'st_mtime', 'st_ctime', 'st_ino')
        return {name: getattr(found, name) for name in names}
    def readdir(self, path, fh): return ['.', '..'] + os.listdir(self.at(path))
    def create(self, path, mode, fi=None): return os.open(self.at(path), os.O_RDWR | os.O_CREAT, mode)
    def open(self, path, flags): return os.open(self.at(path), os.O_RDWR)
    def read(self, path, size, offset, fh): return os.pread(fh, size, offset)
    def write(self, path, data, offset, fh):
        while os.path.exists(gate): time.sleep(0.02)
        return os.pwrite(fh, data, offset)
    def release(self, path, fh): os.close(fh)
fuse.FUSE(Disk(), place, foreground=True, nothreads=True)
`;

/** A disk that can be made to hang. */
export interface HungDisk {
  readonly path: string;
  /** From now on who writes waits. */
  hang(): void;
  release(): void;
  close(): Promise<void>;
}

/** Where `whyNoHungMount` has no reason against it. */
export async function mountHungDisk(): Promise<HungDisk> {
  const dir = mkdtempSync(join(tmpdir(), 'mco-disk-'));
  const [path, gate, script, under] = ['mount', 'gate', 'server.py', 'under'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  writeFileSync(script, SERVER);
  for (const made of [path, under]) mkdirSync(made, { mode: 0o700 });
  const server = spawn(PYTHON, [script, gate, path, under], { stdio: 'ignore' });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  await waitFor(() => readFileSync('/proc/mounts', 'utf8').includes(` ${path} `));
  const release = (): void => {
    if (existsSync(gate)) rmSync(gate);
  };
  return {
    path,
    hang: () => writeFileSync(gate, ''),
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
