import { McoError, toMcoError } from '../../../src/core/errors.ts';
import { firstLine } from '../../../src/core/first-line.ts';
import type { ProcessBackend, ProcessState } from '../../../src/core/host/process-backend.ts';
import type { Clock, Finished, ProcessRunner } from '../../../src/core/ports.ts';
import { limitSignal } from '../../../src/core/waiting.ts';

/** Of these none reads a process's memory, which would wait for one that is stuck. The longest comes last. */
const COLUMNS = ['pid', 'ppid', 'user:64', 'state', 'rss', 'pcpu', 'etime', 'wchan:40'];
const LINE = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S)\S*\s+(\d+)\s+([\d.]+)\s+([\d:-]+)\s+(\S+) (.*)$/;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const MAX_COMMAND_LENGTH = 1000;
/** To read arguments may hang on a process that is stuck; then there are none. */
const ARGS_TIMEOUT_MS = 4000;

export interface PsOptions {
  readonly clock: Clock;
  readonly argsTimeoutMs?: number | undefined;
}

/** Asks ps(1) of procps, in a child: some of /proc hangs where a process does. */
export function createPsBackend(
  runner: ProcessRunner,
  { clock, argsTimeoutMs = ARGS_TIMEOUT_MS }: PsOptions,
): ProcessBackend {
  const ask = async (last: 'args' | 'comm', signal: AbortSignal): Promise<readonly ProcessState[]> => {
    const columns = [...COLUMNS, last].flatMap((column) => ['-o', `${column}=`]);
    const args = ['-e', '-ww', ...columns];
    return parsePs(await runner.run({ file: 'ps', args, signal, maxOutputBytes: MAX_OUTPUT_BYTES }));
  };
  return {
    async list(withArgs, signal) {
      if (!withArgs) return { processes: await ask('comm', signal), hasArgs: false };
      const limits = { limitMs: argsTimeoutMs, parent: signal };
      try {
        return { processes: await limitSignal(clock, limits, (limited) => ask('args', limited)), hasArgs: true };
      } catch (thrown) {
        if (signal.aborted || toMcoError(thrown).code !== 'failed/timeout') throw thrown;
        return { processes: await ask('comm', signal), hasArgs: false };
      }
    },
    abandoned: () => runner.stuck(),
  };
}

/** @throws McoError `failed/ps` when it lists nothing */
function parsePs({ exitCode, stdout, stderr, truncated }: Finished): readonly ProcessState[] {
  const lines = stdout.split('\n').slice(0, truncated ? -1 : undefined);
  const processes = lines.flatMap((line) => parseLine(line) ?? []);
  if (exitCode === 0 && processes.length > 0) return processes;
  throw new McoError('failed/ps', `ps failed: ${firstLine(stderr) || 'it listed nothing'}`);
}

function parseLine(line: string): ProcessState | undefined {
  const [, pid, ppid, user = '', state = '', rss, cpu, age = '', wchan = '', command = ''] = LINE.exec(line) ?? [];
  if (pid === undefined) return undefined;
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    user,
    state,
    memoryKb: Number(rss),
    cpuPercent: Number(cpu),
    ageSeconds: readElapsed(age),
    wchan: wchan === '-' ? '' : wchan,
    command: command.trim().slice(0, MAX_COMMAND_LENGTH),
  };
}

/** `[[days-]hours:]minutes:seconds`: of all procps that are about, not each knows seconds alone. */
function readElapsed(text: string): number {
  const [rest = '', days] = text.split('-').reverse();
  const seconds = rest.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return seconds + Number(days ?? 0) * 86_400;
}
