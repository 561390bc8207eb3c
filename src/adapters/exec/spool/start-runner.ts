import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { McoError } from '../../../core/errors.ts';
import { escapeText } from '../../../core/escape-text.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Argv } from './compose-argv.ts';
import { RUNNER_SCRIPT } from './runner-script.ts';

/** A runner that has not said a word by then hangs on the program's own path: it counts as running. */
const WORD_MS = 5000;
const BLOCK_BYTES = 512;
const MAX_PATH_LENGTH = 300;
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

export interface RunnerStart extends Argv {
  /** The job's own. */
  readonly directory: string;
  /** What is kept of each stream. */
  readonly maxOutputBytes: number;
  /** Where the program works. */
  readonly place: string;
  readonly clock: Clock;
  /** Told when the runner has ended, as long as this process lives. */
  onExit(): void;
}

/**
 * Starts a job's runner in a session of its own, so that it outlives this process. Resolves when the program was started.
 *
 * @throws McoError `failed/not-installed`, `failed/no-directory`, `failed/spool`, `failed/not-started`: nothing was run
 */
export async function startRunner(start: RunnerStart): Promise<void> {
  const { file, argv, group, directory, place, maxOutputBytes } = start;
  const blocks = String(Math.ceil(maxOutputBytes / BLOCK_BYTES));
  const args = ['-c', RUNNER_SCRIPT, 'mco-job', directory, blocks, place, group ?? '', file, ...argv];
  const said = await listen(args, start);
  const [word = ''] = said.split(' ', 1);
  switch (word) {
    case 'started':
    case 'silent':
      return;
    case 'missing':
      throw new McoError('failed/not-installed', `\`${file}\` is not installed on this node`);
    case 'no-interpreter':
      throw lacksInterpreter(file, said.slice(word.length + 1));
    case 'no-directory':
      throw new McoError('failed/no-directory', `there is no directory \`${place}\` on this node`);
    case 'no-room':
      throw new McoError('failed/spool', 'the job was not started: nothing can be written where jobs are kept');
    default:
      throw new McoError('failed/not-started', 'the job was not started: its runner ended at once');
  }
}

/** As the system tells it, it would be the program itself that is missing. */
const lacksInterpreter = (file: string, interpreter: string): McoError =>
  new McoError(
    'failed/not-started',
    `\`${file}\` could not be started: there is no program \`${escapeText(interpreter, MAX_PATH_LENGTH)}\` on this node`,
    { hint: 'look at its first line: the interpreter that it names has to be on the node' },
  );

/** What the runner says, without the line's end; empty when it ended without a word. */
function listen(args: readonly string[], { clock, env, onExit }: RunnerStart): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
    const options = { cwd: '/', env: { ...env, ...ENVIRONMENT }, detached: true };
    const child = spawn('/bin/sh', args, { ...options, stdio: [...stdio] });
    child.once('error', (cause) => reject(describeFailure(cause)));
    child.once('exit', onExit);
    // The job does not keep the agent from stopping.
    child.unref();
    const pipe = child.stdio[3] as Readable | null | undefined;
    if (pipe == null) return;
    let text = '';
    const finish = (word: string): void => {
      cancelTimer();
      pipe.destroy();
      resolve(word);
    };
    const cancelTimer = clock.after(WORD_MS, () => finish('silent'));
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\n')) finish(text.replace(/\n.*$/s, ''));
    });
    pipe.on('error', () => finish(''));
    pipe.on('end', () => finish(''));
  }).catch((thrown: unknown) => {
    throw thrown instanceof McoError ? thrown : describeFailure(thrown);
  });
}

function describeFailure(cause: unknown): McoError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);
  return new McoError('failed/not-started', `the job was not started: ${code}`, { cause });
}
