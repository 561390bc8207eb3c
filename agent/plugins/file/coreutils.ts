import { McoError } from '../../../src/core/errors.ts';
import type { FileChanges, NewFile } from '../../../src/core/host/file-changes.ts';
import type { ProcessRunner } from '../../../src/core/ports.ts';

interface Tool {
  readonly file: string;
  readonly args: readonly string[];
  readonly input?: string | undefined;
}

/** Changes files by GNU coreutils, each step a child: a file server that hangs never hangs the agent. */
export function createFileChanges(runner: ProcessRunner): FileChanges {
  const run = async (tool: Tool, path: string, signal: AbortSignal): Promise<string> => {
    const { exitCode, stdout, stderr } = await runner.run({ ...tool, signal });
    if (exitCode === 0) return stdout;
    const why = stderr.trim().split('\n')[0]?.split(': ').at(-1)?.slice(0, 300) ?? '';
    const code = why === 'File exists' ? 'failed/exists' : 'failed/file';
    throw new McoError(code, `\`${path}\`: ${why === '' ? `${tool.file} failed` : why}`);
  };

  /** Written beside its place and then put there in one step, so that nobody ever sees half of it. */
  async function create(path: string, { content, mode, replace }: NewFile, signal: AbortSignal): Promise<void> {
    const template = `${path.slice(0, path.lastIndexOf('/'))}/.mco-XXXXXXXX`;
    const made = (await run({ file: 'mktemp', args: ['--', template] }, path, signal)).trimEnd();
    try {
      const dd = ['status=none', 'conv=notrunc', 'oflag=nofollow', `of=${made}`];
      await run({ file: 'dd', args: dd, input: content }, path, signal);
      await run({ file: 'chmod', args: ['--', mode, made], input: undefined }, path, signal);
      const put = replace ? 'mv' : 'ln';
      const flags = replace ? ['--force'] : [];
      await run({ file: put, args: [...flags, '--no-target-directory', '--', made, path] }, path, signal);
    } finally {
      // By now it has its name, or never will have; time that is up does not leave it lying about.
      const within = signal.aborted ? AbortSignal.timeout(CLEANUP_TIMEOUT_MS) : signal;
      await runner.run({ file: 'rm', args: ['--force', '--', made], signal: within }).catch(() => undefined);
    }
  }

  return {
    create,
    async touch(path, signal) {
      await run({ file: 'touch', args: ['--no-create', '--no-dereference', '--', path] }, path, signal);
    },
    async remove(path, what, signal) {
      const tool =
        what === 'directory' ? { file: 'rmdir', args: ['--', path] } : { file: 'unlink', args: ['--', path] };
      await run(tool, path, signal);
    },
  };
}

const CLEANUP_TIMEOUT_MS = 5000;
