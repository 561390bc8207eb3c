import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../src/core/ports.ts';

/**
 * A throw-away copy of this machine with a systemd of its own as process 1: namespaces over an overlay of `/`, so that
 * services, packages and files can be changed for real. Nothing of it outlives `stop`, or this process.
 */
export interface TestMachine {
  /** Its process 1 as this machine counts. */
  readonly pid: number;
  /** Runs programs inside, in place of a node's own runner. A program that is not there exits with 127. */
  readonly runner: ProcessRunner;
  /** Runs a program inside that has to go well; its standard output. */
  run(file: string, args: readonly string[], input?: string): Promise<string>;
  /** Writes a file inside; the directory has to be there. */
  write(path: string, text: string, mode?: string): Promise<void>;
  /** Ends all that runs inside. */
  stop(): Promise<void>;
}

export interface MachineOptions {
  /** Default `systemd`; `none` is a machine of init scripts, whose process 1 does nothing. */
  readonly init?: 'systemd' | 'none';
  /** Default `own`: not even a loopback to this machine. `shared` is this machine's, with all its ports. */
  readonly network?: 'own' | 'shared';
  /** Folders of this machine that are to be there inside, although they may be mounts of their own. */
  readonly folders?: readonly string[];
}

const SYSTEMD = '/lib/systemd/systemd';
/** Not dash: this one buries whoever dies without a parent, as a process 1 must. */
const SHELL = '/bin/bash';
const CGROUPS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const PREFIX = 'mco-test-';
const OWNER = /^mco-test-(\d+)-/;

/** Where groups of processes can be made; undefined: nowhere. */
function findCgroupRoot(): string | undefined {
  return CGROUPS.find((path) => {
    try {
      accessSync(path, constants.W_OK);
      return existsSync(join(path, 'cgroup.procs'));
    } catch {
      return false;
    }
  });
}

/** Why there can be no such machine here, for `skip`; false: there can. Only what CI installs has to be there in CI. */
export function whyNoMachine(): string | false {
  if (process.getuid?.() !== 0) return 'only root may make namespaces and mounts';
  if (!existsSync(SYSTEMD) && process.env.CI !== 'true') return 'systemd is not installed (Debian package systemd)';
  const root = findCgroupRoot();
  if (root === undefined) return 'there is no cgroup2 that can be written to';
  const probe = join(root, `${PREFIX}probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    execFileSync('unshare', ['--pid', '--fork', '--mount', '--uts', '--ipc', '--net', '--cgroup', 'true'], {
      stdio: 'ignore',
    });
    return false;
  } catch {
    return 'the kernel gives no cgroups or namespaces to this container';
  }
}

// `R` is the new root. /dev is its own, /sys can only be read, /etc/fstab must not mount this machine's disks.
const SET_UP = `
mount --make-rprivate /; B=/mnt; mount -t tmpfs t $B; mkdir $B/u $B/w $B/m; R=$B/m
mount -t overlay o -o lowerdir=/,upperdir=$B/u,workdir=$B/w $R
mount -t proc p $R/proc; mount -t sysfs -o ro s $R/sys; mount -t tmpfs d $R/dev
for n in null zero full random urandom tty; do touch $R/dev/$n; mount --bind /dev/$n $R/dev/$n; done
mkdir $R/dev/pts $R/dev/shm; mount -t devpts -o newinstance,ptmxmode=0666 d $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx; ln -s /proc/self/fd $R/dev/fd
ln -s fd/0 $R/dev/stdin; ln -s fd/1 $R/dev/stdout; ln -s fd/2 $R/dev/stderr
mount -t tmpfs r $R/run; mount -t tmpfs t $R/tmp; : >$R/etc/fstab; rm -f $R/usr/sbin/policy-rc.d
for f in $FOLDERS; do mkdir -p $R$f; mount --bind -o ro $f $R$f; done
[ "$NETWORK" = shared ] || ip link set lo up 2>/dev/null || true
if [ "$INIT" = systemd ]; then
  mount -t cgroup2 c $R/sys/fs/cgroup
  set -- ${SYSTEMD} --unit=basic.target
else
  set -- ${SHELL} -c 'while :; do sleep 3600 & wait; done'
fi
exec chroot $R env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
`;

/** Starts one, and waits for its systemd (about a second, 20 MB). */
export async function startMachine(options: MachineOptions = {}): Promise<TestMachine> {
  const { init = 'systemd', network = 'own', folders = [] } = options;
  const cgroup = makeCgroup();
  const namespaces = ['--pid', '--fork', '--mount', '--uts', '--ipc', '--cgroup', '--kill-child'];
  if (network === 'own') namespaces.push('--net');
  // Joins its group first: what systemd then sees as the root of all groups is this one. It ends when this process does.
  const enter = `echo $$ >${cgroup}/cgroup.procs && exec setpriv --pdeathsig KILL unshare ${namespaces.join(' ')} bash -ec "$SET_UP"`;
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    SET_UP,
    INIT: init,
    NETWORK: network,
    FOLDERS: folders.join(' '),
  };
  const child = spawn('/bin/sh', ['-c', enter], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4000)));
  }
  try {
    const pid = await waitForInit(child, init);
    const runner = createInnerRunner(pid);
    return { pid, runner, ...createDoors(runner), stop: () => stop(child, cgroup) };
  } catch (error) {
    await stop(child, cgroup);
    throw new Error(`the machine did not start: ${output}`, { cause: error });
  }
}

/** A new group, and none left of processes that were killed before they could tidy up. */
function makeCgroup(): string {
  const root = findCgroupRoot();
  if (root === undefined) throw new Error('there is no cgroup2');
  for (const name of readdirSync(root)) {
    const [, owner] = OWNER.exec(name) ?? [];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeCgroup(join(root, name));
  }
  return mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
}

/** Only groups without processes can be removed: those of machines that run stay. */
function removeCgroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroup(join(path, entry.name));
    }
    rmdirSync(path);
  } catch {
    // Somebody is in there, or was faster.
  }
}

async function waitForInit(child: ChildProcess, init: string): Promise<number> {
  const wanted = init === 'systemd' ? SYSTEMD : SHELL;
  for (let turn = 0; turn < 600; turn++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    const pid = findChild(child.pid ?? 0);
    if (pid !== undefined && readText(`/proc/${pid}/cmdline`).startsWith(`${wanted}\0`) && (await isUp(pid, init)))
      return pid;
    await delay(50);
  }
  throw new Error('it took longer than 30 s');
}

function findChild(pid: number): number | undefined {
  const [first] = readText(`/proc/${pid}/task/${pid}/children`).split(' ');
  return first === undefined || first === '' ? undefined : Number(first);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function isUp(pid: number, init: string): Promise<boolean> {
  const args = init === 'systemd' ? ['is-active', '--quiet', 'basic.target'] : ['--version'];
  const file = init === 'systemd' ? 'systemctl' : 'sleep';
  const { exitCode } = await createInnerRunner(pid).run({ file, args, signal: AbortSignal.timeout(10_000) });
  return exitCode === 0;
}

function createInnerRunner(pid: number): ProcessRunner {
  const outer = createProcessRunner();
  const enter = ['-t', String(pid), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--'];
  return {
    run: (request: ProcessRequest): Promise<Finished> =>
      outer.run({ ...request, file: 'nsenter', args: [...enter, request.file, ...request.args] }),
    stuck: () => outer.stuck(),
  };
}

function createDoors(runner: ProcessRunner): Pick<TestMachine, 'run' | 'write'> {
  const run = async (file: string, args: readonly string[], input?: string): Promise<string> => {
    const signal = AbortSignal.timeout(120_000);
    const { exitCode, stdout, stderr } = await runner.run({ file, args, input, signal });
    if (exitCode !== 0) throw new Error(`${file} ${args.join(' ')} (${exitCode}): ${stderr}${stdout}`.slice(0, 2000));
    return stdout;
  };
  return {
    run,
    async write(path, text, mode = '0644') {
      await run('/bin/sh', ['-c', 'cat >"$1" && chmod "$2" "$1"', 'sh', path, mode], text);
    },
  };
}

/** Its process 1 dies with `unshare`, and with that everything inside. */
async function stop(child: ChildProcess, cgroup: string): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null;
  const ended = gone ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  if (existsSync(join(cgroup, 'cgroup.kill'))) writeFileSync(join(cgroup, 'cgroup.kill'), '1');
  for (let turn = 0; turn < 100 && existsSync(cgroup); turn++) {
    removeCgroup(cgroup);
    if (existsSync(cgroup)) await delay(50);
  }
}
