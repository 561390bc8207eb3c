import { McoError } from '../../../src/core/errors.ts';
import type { PackageWorkEnd } from '../../../src/core/host/package-backend.ts';

const TAIL_BYTES = 16_384;
const MAX_WORDS = 300;

/** The ends of what a program wrote. */
export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws McoError `failed/spool` */
export async function readTails({ output }: PackageWorkEnd): Promise<ToolOutput> {
  const part = { offset: -TAIL_BYTES, maxBytes: TAIL_BYTES };
  const [stdout, stderr] = [await output.read('stdout', part), await output.read('stderr', part)];
  return { stdout: stdout.text, stderr: stderr.text };
}

/** A tool's own words on one line, 300 characters at most. */
export const shorten = (words: string): string => words.replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS);

/** A kind of failure that is told from the tool's words. The first group of the pattern, if any, is who holds a lock. */
export interface KnownFailure {
  readonly pattern: RegExp;
  readonly code: `failed/${string}`;
  readonly hint?: string;
}

/** A package manager that did not come to an end by itself. Undefined: it did. */
export function explainEnd(name: string, { exit }: PackageWorkEnd, repair: string): McoError | undefined {
  switch (exit.state) {
    case 'killed':
      return new McoError('failed/killed', `${name} was ended by ${exit.signal}`, { hint: repair });
    case 'lost':
      return new McoError(
        'failed/killed',
        `${name} is gone and left no word: it was killed, or the machine went down`,
        {
          hint: repair,
        },
      );
    default:
      return undefined;
  }
}
