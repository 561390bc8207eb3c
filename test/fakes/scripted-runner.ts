import { McoError } from '../../src/core/errors.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../src/core/ports.ts';

/** What a program says; what is left out is empty, and all went well. */
export type Answer = Partial<Finished> | Error;

export interface ScriptedRunner extends ProcessRunner {
  /** What was run so far: the program and its arguments. */
  readonly calls: (readonly string[])[];
}

/** Programs that only exist as a script: each call is answered by what the function makes of it, one `hang` never. */
export function createScriptedRunner(script: (request: ProcessRequest) => Answer | 'hang', stuck = 0): ScriptedRunner {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    stuck: () => stuck,
    run(request) {
      calls.push([request.file, ...request.args]);
      const answer = script(request);
      if (answer === 'hang') return hang(request);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({
        exitCode: 0,
        signal: undefined,
        stdout: '',
        stderr: '',
        truncated: false,
        ...answer,
      });
    },
  };
}

function hang({ file, signal }: ProcessRequest): Promise<Finished> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(new McoError('failed/timeout', `\`${file}\` took too long`));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}

export const notInstalled = (file: string): McoError =>
  new McoError('failed/not-installed', `\`${file}\` is not installed on this node`);
