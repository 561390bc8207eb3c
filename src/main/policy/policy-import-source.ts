import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFile } from '../../adapters/policy-files/read-files.ts';
import { McoError } from '../../core/errors.ts';
import type { PolicyFile } from '../../policy/policy.ts';

const MAX_FILES = 1000;

/**
 * MCollective's `policies` directory: `AGENT.policy` and `groups`.
 *
 * @throws McoError `usage/bad-file`
 */
export async function readImportSource(dir: string): Promise<PolicyFile[]> {
  const names = list(dir).filter((name) => name === 'groups' || name.endsWith('.policy'));
  if (names.length > MAX_FILES) throw new McoError('usage/bad-file', `${dir} holds more than ${MAX_FILES} files`);
  return names.sort().map((name) => readFile(join(dir, name)));
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new McoError('usage/bad-file', `${dir} can't be read (${why})`, { cause });
  }
}
