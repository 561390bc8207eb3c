import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Debian package without files of its own, but for a configuration file where wanted. */
export interface DebPackage {
  readonly name: string;
  readonly version: string;
  /** As in debian/control: `beta (>= 1.0)`. */
  readonly depends?: string;
  /** What its postinst runs. */
  readonly postinst?: string;
  /** The contents of its configuration file, `/etc/NAME.conf`. */
  readonly conffile?: string;
}

/** A directory with packages and their index, as apt reads it from `file:`. */
export interface AptRepository {
  readonly directory: string;
  /** Builds packages and writes the index again. */
  add(...packages: readonly DebPackage[]): void;
}

/** @param directory is made */
export function createAptRepository(directory: string): AptRepository {
  mkdirSync(directory, { recursive: true });
  return {
    directory,
    add(...packages) {
      for (const one of packages) buildDeb(one, directory);
      const index = execFileSync('dpkg-scanpackages', ['-m', '.'], {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      writeFileSync(join(directory, 'Packages'), index);
    },
  };
}

function buildDeb({ name, version, depends, postinst, conffile }: DebPackage, directory: string): void {
  const work = mkdtempSync(join(directory, 'build-'));
  const fields = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'Nobody <nobody@example.org>',
    ...(depends === undefined ? {} : { Depends: depends }),
    Description: 'x',
  };
  mkdirSync(join(work, 'DEBIAN'));
  const control = Object.entries(fields).map(([field, value]) => `${field}: ${value}\n`);
  writeFileSync(join(work, 'DEBIAN/control'), control.join(''));
  if (postinst !== undefined) writeFileSync(join(work, 'DEBIAN/postinst'), `#!/bin/sh\n${postinst}\n`, { mode: 0o755 });
  if (conffile !== undefined) {
    mkdirSync(join(work, 'etc'));
    writeFileSync(join(work, `etc/${name}.conf`), conffile);
    writeFileSync(join(work, 'DEBIAN/conffiles'), `/etc/${name}.conf\n`);
  }
  const file = join(directory, `${name}_${version.replace(':', '%3a')}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-b', work, file], { stdio: 'ignore' });
  rmSync(work, { recursive: true });
}

/** Packages of a machine that is only a directory: apt and dpkg are this machine's own, and change nothing else. */
export interface AptRoot {
  readonly directory: string;
  /** What makes the tools work there. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs apt-get there, with `-y` and `-q`. @returns whether it said that it went well */
  apt(...args: readonly string[]): boolean;
  /** Installed packages and their versions. */
  installed(): Readonly<Record<string, string>>;
  /** Runs apt-get in the background, until it holds dpkg's lock. The promise that comes back is for its end. */
  holdLock(...args: readonly string[]): Promise<{ readonly pid: number; readonly ended: Promise<unknown> }>;
}

/** @param directory is made; the lists are not fetched yet */
export function createAptRoot(directory: string, repository: string): AptRoot {
  const folders = ['lib/dpkg/updates', 'lib/dpkg/info', 'lib/dpkg/triggers', 'lib/apt/lists/partial', 'log/apt'];
  for (const folder of [...folders, 'cache/apt/archives/partial'])
    mkdirSync(join(directory, 'var', folder), { recursive: true });
  for (const folder of ['apt.conf.d', 'preferences.d', 'sources.list.d', 'trusted.gpg.d']) {
    mkdirSync(join(directory, 'etc/apt', folder), { recursive: true });
  }
  for (const file of ['status', 'available']) writeFileSync(join(directory, 'var/lib/dpkg', file), '');
  writeFileSync(join(directory, 'etc/apt/sources.list'), `deb [trusted=yes] file:${repository} ./\n`);
  const config = join(directory, 'apt.conf');
  writeFileSync(config, describeRoot(directory));
  const environment = { APT_CONFIG: config, DPKG_ADMINDIR: join(directory, 'var/lib/dpkg'), LC_ALL: 'C.UTF-8' };
  const env = { ...process.env, ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  return {
    directory,
    environment,
    apt(...args) {
      try {
        execFileSync('apt-get', ['-y', '-q', ...args], { env, stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    },
    installed() {
      const args = ['-W', '-f=${Package} ${Version} ${db:Status-Abbrev}\\n'];
      const lines = execFileSync('dpkg-query', args, { env, encoding: 'utf8' }).split('\n');
      const rows = lines.map((line) => line.split(' ')).filter(([, , status]) => status === 'ii');
      return Object.fromEntries(rows.map(([name, version]) => [name, version]));
    },
    async holdLock(...args) {
      const child = spawn('apt-get', ['-y', '-q', ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(child, 'exit');
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      while (!text.includes('Setting up') && child.exitCode === null) await sleep(20);
      return { pid: child.pid ?? 0, ended };
    },
  };
}

/** apt.conf(5). dpkg gets the root as an option, and may run maintainer scripts without a chroot. */
const describeRoot = (directory: string): string => `
Dir "${directory}";
Dir::State::status "${directory}/var/lib/dpkg/status";
Dir::Bin::dpkg "/usr/bin/dpkg";
APT::Sandbox::User "root";
Acquire::Retries "0";
DPkg::Options { "--root=${directory}"; "--log=${directory}/var/log/dpkg.log"; "--force-not-root"; "--force-script-chrootless"; };
`;
