import { access, constants } from 'node:fs/promises';
import { McoError } from '../../../core/errors.ts';
import type { JobCommand, JobLimits } from '../../../core/jobs.ts';
import type { ProcessRunner } from '../../../core/ports.ts';
import { wrapEnvironment } from './environment-script.ts';

const PATHS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const ENVIRONMENT = { PATH: PATHS.join(':'), LC_ALL: 'C.UTF-8', HOME: '/', TERM: 'dumb' };
const ACCOUNT = /^[A-Za-z_][A-Za-z0-9._-]{0,63}\$?$/;
const LOOK_UP_MS = 5000;
const MEBIBYTE = 1024 * 1024;

/** What the runner gets to start. */
export interface Argv {
  /** The program itself, which must be there. */
  readonly file: string;
  readonly argv: readonly string[];
  /** Of the account it becomes, by number. */
  readonly group: string | undefined;
  /** What the runner hands on: the values of the job's variables. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A job's command with its limits, account and the names of its variables, as one argument array.
 *
 * @throws McoError `failed/not-installed`, `failed/no-account`, `failed/not-started`
 */
export async function composeArgv(id: string, command: JobCommand, runner: ProcessRunner): Promise<Argv> {
  const file = await locate(command.file);
  // `env` takes what has a `=` for a variable.
  if (file.includes('=')) throw refuse(`the path \`${file}\` has a \`=\``);
  const limits = listLimits(command.limits);
  const prlimit = limits.length === 0 ? [] : [await locate('prlimit'), ...limits];
  const account = command.user === undefined ? undefined : await findAccount(command.user, runner);
  const variables = { ...ENVIRONMENT, ...command.env, MCO_JOB: id };
  const wrapping = wrapEnvironment(variables, await locate('env'));
  return {
    file,
    argv: [...prlimit, ...(account?.argv ?? []), ...wrapping.argv, file, ...command.args],
    group: account?.group,
    env: wrapping.env,
  };
}

/** A name is looked up in directories of the system itself; paths are looked at by the runner, which may hang on them. */
async function locate(file: string): Promise<string> {
  if (file.startsWith('/')) return file;
  for (const path of file.includes('/') ? [] : PATHS) {
    const found = await access(`${path}/${file}`, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return `${path}/${file}`;
  }
  throw new McoError('failed/not-installed', `\`${file}\` is not installed on this node`);
}

/** What becomes an account, and that account's own group. */
async function findAccount(user: string, runner: ProcessRunner): Promise<{ argv: string[]; group: string }> {
  const setpriv = await locate('setpriv');
  // The account's service may be somewhere on the network: never asked without a limit.
  const signal = AbortSignal.timeout(LOOK_UP_MS);
  const found = ACCOUNT.test(user) ? await runner.run({ file: 'id', args: ['-g', '--', user], signal }) : undefined;
  const group = found?.exitCode === 0 ? found.stdout.trim() : '';
  if (!/^\d+$/.test(group)) throw new McoError('failed/no-account', `there is no account \`${user}\` on this node`);
  return { argv: [setpriv, `--reuid=${user}`, `--regid=${group}`, '--init-groups', '--no-new-privs'], group };
}

function listLimits({ cpuSeconds, memoryMb, processes, fileMb }: JobLimits = {}): string[] {
  const bytes = (mb: number | undefined): number | undefined => (mb === undefined ? undefined : mb * MEBIBYTE);
  const values = { cpu: cpuSeconds, as: bytes(memoryMb), nproc: processes, fsize: bytes(fileMb) };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${Math.max(1, Math.floor(value))}`],
  );
}

const refuse = (why: string): McoError => new McoError('failed/not-started', `the job was not started: ${why}`);
