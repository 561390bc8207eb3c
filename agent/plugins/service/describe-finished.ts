import { McoError } from '../../../src/core/errors.ts';
import type { Finished } from '../../../src/core/ports.ts';

const MAX_LENGTH = 300;

/** The first line that says something, of standard error before standard output; at most 300 characters. */
export function firstWords({ stdout, stderr }: Pick<Finished, 'stdout' | 'stderr'>): string {
  const line = `${stderr}\n${stdout}`.split('\n').find((text) => text.trim() !== '');
  return line?.trim().slice(0, MAX_LENGTH) ?? '';
}

/**
 * A tool that failed, in its own words.
 *
 * @param lastWords what the service wrote itself
 */
export function toolFailure(tool: string, finished: Finished, lastWords?: string): McoError {
  const { exitCode, signal } = finished;
  const ending = signal === undefined ? `exit code ${exitCode ?? 'unknown'}` : `ended by ${signal}`;
  const words = firstWords(finished) || ending;
  const said = lastWords === undefined ? '' : `; it said: ${lastWords}`;
  return new McoError('failed/service', `${tool}: ${words}${said}`);
}
