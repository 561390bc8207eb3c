import { McoError } from '../../../core/errors.ts';

/** Everybody may read the arguments of a process, and only its own account its environment. */
const PREFIX = 'MCO_VALUE_';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Shells keep these for themselves: what is set there fails, or does not arrive. */
const SHELLS_OWN =
  /^(?:MCO_VALUE_.*|_|OPTIND|LINENO|PPID|UID|EUID|GROUPS|SECONDS|RANDOM|SRANDOM|EPOCH(?:SECONDS|REALTIME)|SHELLOPTS|(?:BASH|FUNCNAME|DIRSTACK|COMP_).*)$/;
/** What a shell adds by itself. */
const ADDED = ['PWD', 'OLDPWD', 'SHLVL', '_'];

/**
 * The last link before a job's program, for /bin/sh (POSIX), run as the job's account. It is a constant:
 *
 *     sh -c SCRIPT mco-env NAME... -- ARGV...
 *
 * Each NAME gets the value of the variable `MCO_VALUE_NAME`, which is taken out; then ARGV is run. Only then does the
 * dynamic linker, a shell or a search for programs see what stands there.
 */
const SCRIPT = `
while [ "$1" != -- ]; do
  eval "export $1=\\"\\$${PREFIX}$1\\""
  unset "${PREFIX}$1"
  shift
done 2>/dev/null
shift
exec "$@"
`;

/** What runs a program with exactly these variables, and what the programs before it are to hand on. */
export interface Wrapping {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * INVARIANT: no value stands among the arguments, and none has its own name before the account is the job's: what a
 * person chose (LD_PRELOAD, PATH) never reaches a program that still is root.
 *
 * @param env the path of env(1)
 * @throws McoError `failed/not-started`
 */
export function wrapEnvironment(variables: Readonly<Record<string, string>>, env: string): Wrapping {
  const names = Object.keys(variables);
  const bad = names.find((name) => !NAME.test(name) || SHELLS_OWN.test(name));
  if (bad !== undefined) {
    throw new McoError(
      'failed/not-started',
      `the job was not started: \`${bad}\` can't be the name of an environment variable`,
    );
  }
  const without = ADDED.filter((name) => !names.includes(name)).flatMap((name) => ['-u', name]);
  return {
    argv: ['/bin/sh', '-c', SCRIPT, 'mco-env', ...names, '--', env, ...without],
    env: Object.fromEntries(names.map((name) => [`${PREFIX}${name}`, variables[name] ?? ''])),
  };
}
