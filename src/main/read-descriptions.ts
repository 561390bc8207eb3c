import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_DESCRIPTIONS } from '../../agent/plugins/index.ts';
import { COMMANDS } from '../../commands/index.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import { readDescription } from '../core/description-schema.ts';
import { McoError, toMcoError } from '../core/errors.ts';
import { RESERVED_AGENTS } from '../core/learned-agent.ts';

/**
 * Descriptions of agents that the bot trusts: every `*.json` in a directory, by file name.
 *
 * @throws McoError `usage/bad-file` with the file and what is wrong in it
 */
export async function readDescriptions(directory: string): Promise<readonly AgentDescription[]> {
  const files = await readdir(directory).catch((cause: unknown) => {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new McoError('usage/bad-file', `\`agents\`: ${directory} can't be read (${code})`, { cause });
  });
  const taken = new Set<string>([...AGENT_DESCRIPTIONS.map(({ agent }) => agent), ...RESERVED_AGENTS]);
  for (const { name } of COMMANDS) taken.add(name);
  const descriptions: AgentDescription[] = [];
  for (const name of files.filter((file) => file.endsWith('.json')).sort()) {
    const path = join(directory, name);
    const description = await readOne(path);
    if (taken.has(description.agent)) {
      throw new McoError('usage/bad-file', `${path}: the name \`${description.agent}\` is taken`);
    }
    taken.add(description.agent);
    descriptions.push(description);
  }
  return descriptions;
}

async function readOne(path: string): Promise<AgentDescription> {
  try {
    return readDescription(await readFile(path));
  } catch (cause) {
    throw new McoError('usage/bad-file', `${path}: ${toMcoError(cause).message}`, { cause });
  }
}
