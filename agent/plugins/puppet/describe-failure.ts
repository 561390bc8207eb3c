import { McoError } from '../../../src/core/errors.ts';
import type { Finished } from '../../../src/core/ports.ts';

const MAX_LENGTH = 300;

/** A puppet command that failed, in its own words. */
export function describeFailure({ exitCode, signal, stdout, stderr }: Finished): McoError {
  const ending = signal === undefined ? `exit code ${exitCode ?? 'unknown'}` : `ended by ${signal}`;
  const [error] = findErrors(`${stderr}\n${stdout}`);
  const words =
    error ??
    `${stderr}\n${stdout}`
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim();
  return new McoError('failed/puppet', `Puppet failed: ${(words ?? ending).slice(0, MAX_LENGTH)}`);
}

/** What Puppet complained of, without the troubles of single facts, which end nothing. */
export function findErrors(output: string): readonly string[] {
  return readLines(output, 'Error').filter((text) => !text.startsWith('Facter: '));
}

/** The texts of a level, `Error` or `Notice`, of what Puppet printed without colours. */
export function readLines(output: string, level: 'Error' | 'Notice'): readonly string[] {
  const start = `${level}: `;
  return output
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length).trim().slice(0, MAX_LENGTH));
}
