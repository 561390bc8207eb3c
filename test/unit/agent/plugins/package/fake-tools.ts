import type { PackageWorkEnd } from '../../../../../src/core/host/package-backend.ts';
import type { JobExit } from '../../../../../src/core/jobs.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../../../../src/core/ports.ts';

type Answer = Partial<Finished> | Error;

/** Programs by name: what each says, or what keeps it from being run. The others are there and say nothing. */
export function createTools(answers: Readonly<Record<string, Answer>>): ProcessRunner & { asked: ProcessRequest[] } {
  const asked: ProcessRequest[] = [];
  return {
    asked,
    stuck: () => 0,
    run(request) {
      asked.push(request);
      const answer = answers[request.file] ?? {};
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ exitCode: 0, signal: undefined, stdout: '', stderr: '', truncated: false, ...answer });
    },
  };
}

/** A job that ended so, having written this. */
export function endJob(
  exit: JobExit,
  written: { readonly stdout?: string; readonly stderr?: string } = {},
): PackageWorkEnd {
  return {
    exit,
    output: {
      read(stream, { offset, maxBytes }) {
        const text = written[stream] ?? '';
        const from = Math.max(0, offset < 0 ? text.length + offset : offset);
        const part = text.slice(from, from + maxBytes);
        return Promise.resolve({ text: part, offset: from, next: from + part.length, size: text.length });
      },
    },
  };
}
