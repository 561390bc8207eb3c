import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, readFile } from '../../adapters/policy-files/read-files.ts';
import type { PolicyTree } from '../../policy/explain-tests.ts';
import type { PolicyFile } from '../../policy/policy.ts';

/**
 * The files of a policy directory: `*.yaml`, `node/*.yaml` and `cases/*.yaml`.
 *
 * @throws McoError `usage/bad-file`
 */
export async function readPolicyTree(dir: string): Promise<PolicyTree> {
  return {
    bot: readFolder(dir),
    nodes: readFolder(join(dir, 'node'), true),
    cases: readFolder(join(dir, 'cases'), true),
  };
}

function readFolder(dir: string, isOptional = false): PolicyFile[] {
  return isOptional && !existsSync(dir) ? [] : listFiles(dir).map(readFile);
}
