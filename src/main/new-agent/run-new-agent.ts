import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { McoError } from '../../core/errors.ts';
import { RESERVED_AGENTS } from '../../core/learned-agent.ts';
import { isSlipOf } from '../../core/slip.ts';
import { DESCRIPTION_TEMPLATE } from './description-template.ts';
import { type Language, NEW_AGENT_HELP, type NewAgentArgs, readNewAgentArgs } from './new-agent-args.ts';
import { PYTHON_TEMPLATE } from './python-template.ts';
import { README_TEMPLATE } from './readme-template.ts';
import { SHELL_TEMPLATE } from './shell-template.ts';

const PROGRAMS: Readonly<Record<Language, string>> = { python: PYTHON_TEMPLATE, sh: SHELL_TEMPLATE };

/**
 * `mco-agent new NAME`: an agent that works at once, to be changed into what is wanted.
 *
 * @returns what to tell
 * @throws McoError `usage/*`, `failed/not-written`
 */
export async function runNewAgent(args: readonly string[]): Promise<string> {
  const agents = AGENT_DESCRIPTIONS.map(({ agent }) => agent);
  const commands = COMMANDS.map(({ name }) => name);
  const read = readNewAgentArgs(args, [...agents, ...commands, ...RESERVED_AGENTS]);
  if (read === undefined) return NEW_AGENT_HELP;
  const { name, dir, language } = read;
  const directory = join(resolve(dir), name);
  await writeFiles(directory, composeFiles({ name, language }));
  return [
    `${directory} is an agent: change agent.json and run in it`,
    `to use it on a node: install -d -o root -m 755 /etc/mco/agents && cp -r ${directory} /etc/mco/agents/`,
    'mco-agent --check says whether all is well; README.md beside it tells more',
    ...warnOfSlip(name, { agents, commands }),
    '',
  ].join('\n');
}

/** A name that is almost one of ours is taken for a slip of the fingers, and no node is asked what it means. */
function warnOfSlip(
  name: string,
  { agents, commands }: { readonly agents: readonly string[]; readonly commands: readonly string[] },
): string[] {
  const near = [...agents, ...commands].find((known) => isSlipOf(name, [known]));
  if (near === undefined) return [];
  const way = agents.some((known) => isSlipOf(name, [known]))
    ? "it has to be listed in the bot's own configuration"
    : `people have to type \`rpc ${name} ACTION\` until the bot knows it`;
  return [`note: to a bot \`${name}\` looks like \`${near}\` mistyped: ${way}; another name spares that`];
}

/** The files of a new agent: name, text and mode. */
export function composeFiles({ name, language }: Pick<NewAgentArgs, 'name' | 'language'>): readonly NewFile[] {
  const rename = (text: string): string => text.replaceAll(/\bhello\b/g, name);
  return [
    { name: 'agent.json', text: rename(DESCRIPTION_TEMPLATE), mode: 0o644 },
    { name: 'run', text: rename(PROGRAMS[language]), mode: 0o755 },
    { name: 'README.md', text: rename(README_TEMPLATE), mode: 0o644 },
  ];
}

export interface NewFile {
  readonly name: string;
  readonly text: string;
  readonly mode: number;
}

/** What a failed write means, and what to do about it. */
const WHY: ReadonlyMap<string, readonly [why: string, hint: string]> = new Map([
  ['EEXIST', ['is there already', 'take another name, or another place with --dir; nothing of it was changed']],
  ['ENOENT', ["can't be made: the directory above it is not there (ENOENT)", 'make that, or name another with --dir']],
  ['EACCES', ["can't be made: you may not write there (EACCES)", 'name another place with --dir']],
]);

/** Nothing that is there is changed. */
async function writeFiles(directory: string, files: readonly NewFile[]): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o755 });
    for (const { name, text, mode } of files) {
      const path = join(directory, name);
      await writeFile(path, text, { flag: 'wx' });
      // Whatever the umask is: a group that may write would keep it from being loaded.
      await chmod(path, mode);
    }
    await chmod(directory, 0o755);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const [why, hint] = WHY.get(code) ?? [`can't be made (${code})`, 'name another place with --dir'];
    throw new McoError('failed/not-written', `${directory} ${why}`, { cause, hint });
  }
}
