import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_DESCRIPTION_BYTES, readDescription } from '../../core/description-schema.ts';
import { McoError } from '../../core/errors.ts';
import type { ExternalAgent } from '../../core/host/external-agent.ts';
import { WORD } from '../../core/names.ts';
import { requireOwnedBelow, requireOwnedEntry } from './require-owned.ts';

const DESCRIPTION = 'agent.json';
const PROGRAM = 'run';

/** Whose files count, and which names are taken. */
export interface AgentRules {
  /** The agent's own user. */
  readonly uid: number;
  /** Names of built-in agents and others that nobody may have. */
  readonly reserved: ReadonlySet<string>;
}

/**
 * Reads one agent from its directory, whose parents were checked.
 *
 * @throws McoError what `requireAgentOwned` throws, `usage/bad-description`
 */
export async function readAgent(directory: string, name: string, rules: AgentRules): Promise<ExternalAgent> {
  await requireAgentOwned(directory, rules.uid);
  const file = join(directory, DESCRIPTION);
  if (!WORD.test(name)) throw bad(directory, 'its name is not a plain lower-case name');
  if (rules.reserved.has(name)) throw bad(directory, `\`${name}\` is the name of a built-in agent`);
  // Its size as it is now: what grows meanwhile is refused by the reader.
  const { size } = await lstat(file);
  if (size > MAX_DESCRIPTION_BYTES) throw bad(file, `it has more than ${MAX_DESCRIPTION_BYTES} bytes`);
  const description = readBytes(file, await readFile(file));
  if (description.agent !== name) {
    throw bad(file, `it describes \`${description.agent}\`, and its directory is called \`${name}\``);
  }
  return { description, directory, program: join(directory, PROGRAM) };
}

/**
 * INVARIANT: what `run` may read or run in its own directory is looked at as `run` itself is.
 *
 * @throws McoError `failed/exposed-file`, `failed/unreadable-file`, `failed/too-many`
 */
export async function requireAgentOwned(directory: string, uid: number): Promise<void> {
  await requireOwnedEntry(directory, 'directory', uid);
  await requireOwnedEntry(join(directory, DESCRIPTION), 'file', uid);
  await requireOwnedEntry(join(directory, PROGRAM), 'program', uid);
  await requireOwnedBelow(directory, uid);
}

/**
 * Identity, owner, mode, size and times of its description and program, and what is wrong with who may write the rest, as
 * one text to compare. What else changes there makes no other agent of it.
 */
export async function stampAgent(directory: string, uid: number): Promise<string> {
  const parts = [directory, join(directory, DESCRIPTION), join(directory, PROGRAM)].map(async (path) => {
    try {
      const { ino, uid, mode, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
      return [ino, uid, mode, size, mtimeNs, ctimeNs].join(' ');
    } catch {
      return 'missing';
    }
  });
  const problem = requireOwnedBelow(directory, uid).then(
    () => '',
    (thrown: unknown) => String(thrown),
  );
  return (await Promise.all([...parts, problem])).join('\n');
}

function readBytes(file: string, bytes: Uint8Array): ExternalAgent['description'] {
  try {
    return readDescription(bytes);
  } catch (thrown) {
    throw thrown instanceof McoError ? bad(file, thrown.message, thrown) : thrown;
  }
}

const bad = (path: string, why: string, cause?: McoError): McoError =>
  new McoError('usage/bad-description', `${path}: ${why}`, { hint: cause?.hint, cause });
