import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An rpm package without files. */
export interface RpmPackage {
  readonly name: string;
  readonly version: string;
  readonly epoch?: number;
  readonly requires?: string;
  /** Lua that it runs before it is installed: an install root has no shell. */
  readonly pre?: string;
}

/** A directory with packages and their index, as dnf reads it from `file:`, and an install root that uses it. */
export interface RpmSite {
  /** The install root: rpm's `--root`, dnf's `--installroot`. */
  readonly root: string;
  /** dnf.conf for it. */
  readonly config: string;
  /** Builds packages and writes the index again. */
  add(...packages: readonly RpmPackage[]): void;
}

// Debian's rpm keeps its database under the home directory, and the agent's home is `/`.
const env = { ...process.env, HOME: '/' };

/** @param directory exists */
export function createRpmSite(directory: string): RpmSite {
  const [root, repository, config] = ['root', 'repository', 'dnf.conf'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(repository);
  const sections = [
    {
      '[main]': undefined,
      gpgcheck: 0,
      plugins: 0,
      reposdir: join(directory, 'no-such-directory'),
      metadata_expire: 1,
    },
    { '[test]': undefined, name: 'Test', baseurl: `file://${repository}`, enabled: 1 },
  ];
  const lines = sections.flatMap((section) =>
    Object.entries(section).map(([key, value]) => (value === undefined ? key : `${key}=${value}`)),
  );
  writeFileSync(config, `${lines.join('\n')}\n`);
  execFileSync('rpm', ['--root', root, '--initdb'], { env });
  return {
    root,
    config,
    add(...packages) {
      for (const one of packages) buildRpm(one, { directory, repository });
      execFileSync('createrepo_c', ['-q', '--update', repository], { env, stdio: 'ignore' });
    },
  };
}

function buildRpm(one: RpmPackage, { directory, repository }: { directory: string; repository: string }): void {
  const { name, version, epoch, requires, pre } = one;
  const fields = {
    Name: name,
    ...(epoch === undefined ? {} : { Epoch: epoch }),
    Version: version,
    Release: 1,
    Summary: 'x',
    License: 'x',
    BuildArch: 'noarch',
    ...(requires === undefined ? {} : { Requires: requires }),
  };
  const head = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
  const scripts = pre === undefined ? [] : ['%pre -p <lua>', pre];
  const spec = join(directory, `${name}-${version}.spec`);
  writeFileSync(spec, `${[...head, '%description', 'x', ...scripts, '%files'].join('\n')}\n`);
  const defines = ['--define', `_topdir ${directory}/top`, '--define', `_rpmdir ${repository}`];
  execFileSync('rpmbuild', ['-bb', ...defines, spec], { env, stdio: 'ignore' });
}
