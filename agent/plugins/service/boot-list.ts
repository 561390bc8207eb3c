import { McoError } from '../../../src/core/errors.ts';
import type { ProcessRunner } from '../../../src/core/ports.ts';
import { toolFailure } from './describe-finished.ts';

/** Which services start with the machine, where systemd does not run. */
export interface BootList {
  /** Undefined: it can't be told. */
  has(name: string, signal: AbortSignal): Promise<boolean | undefined>;
  /** @throws McoError `failed/service`, `failed/not-installed`, `failed/timeout` */
  set(name: string, isEnabled: boolean, signal: AbortSignal): Promise<void>;
}

const RUNLEVELS = [2, 3, 4, 5].map((level) => `/etc/rc${level}.d`);

/** Links in `/etc/rc?.d`, kept by Debian's update-rc.d or Red Hat's chkconfig, whichever is there. */
export function createRunlevelLinks(runner: ProcessRunner): BootList {
  return {
    async has(name, signal) {
      const pattern = `S[0-9][0-9]${name.replaceAll('\\', '\\\\')}`;
      const args = ['-H', ...RUNLEVELS, '-maxdepth', '1', '-name', pattern];
      const { stdout } = await runner.run({ file: 'find', args, signal });
      return stdout.trim() !== '';
    },
    async set(name, isEnabled, signal) {
      const run = (file: string, args: readonly string[]) => runOrThrow(runner, { file, args, signal });
      try {
        // `enable` changes links that are there; `defaults` makes them and leaves alone those that are.
        if (isEnabled) await run('update-rc.d', [name, 'defaults']);
        await run('update-rc.d', [name, isEnabled ? 'enable' : 'disable']);
      } catch (error) {
        if (!(error instanceof McoError) || error.code !== 'failed/not-installed') throw error;
        if (isEnabled) await run('chkconfig', ['--add', name]);
        await run('chkconfig', [name, isEnabled ? 'on' : 'off']);
      }
    },
  };
}

/** OpenRC's runlevel `default`. */
export function createOpenrcList(runner: ProcessRunner): BootList {
  return {
    async has(name, signal) {
      const { exitCode, stdout } = await runner.run({ file: 'rc-update', args: ['show', 'default'], signal });
      if (exitCode !== 0) return undefined;
      return stdout.split('\n').some((line) => line.split('|')[0]?.trim() === name);
    },
    set: (name, isEnabled, signal) =>
      runOrThrow(runner, { file: 'rc-update', args: [isEnabled ? 'add' : 'del', name, 'default'], signal }),
  };
}

interface Call {
  readonly file: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

async function runOrThrow(runner: ProcessRunner, call: Call): Promise<void> {
  const finished = await runner.run(call);
  if (finished.exitCode !== 0) throw toolFailure(call.file, finished);
}
