import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent } from '../../../src/core/agent.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { HostFiles } from '../../../src/core/host/host-files.ts';
import { coversPath } from '../../../src/core/host/path-glob.ts';
import type { JobAction, JobCommand, JobEnd, JobPlan, JobPretence } from '../../../src/core/jobs.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { splitCommand } from '../../../src/core/split-command.ts';
import { SHELL_DESCRIPTION } from './description.ts';
import { findProgram } from './find-program.ts';
import { readBothEnds, tellEnd } from './read-output.ts';
import type { ShellSettings } from './shell-settings.ts';

export interface ShellParts {
  readonly files: HostFiles;
  readonly settings: ShellSettings;
  /** On an imagined machine: what stands for running a command. */
  pretend?(command: JobCommand): JobPretence;
}

/** The agent `shell`: programs by argument array; a shell only where one is named. */
export function createShellAgent(parts: ShellParts): Agent {
  const action = (isDetached: boolean): JobAction => ({
    prepare: (call) => prepare(parts, call, isDetached),
    conclude,
  });
  return { description: SHELL_DESCRIPTION, actions: { run: action(false), start: action(true) } };
}

async function prepare(
  { files, settings, pretend }: ShellParts,
  call: ActionCall,
  isDetached: boolean,
): Promise<JobPlan> {
  const { user, environment, limits } = settings;
  const [file, ...args] = await findCommand(files, settings, call);
  const directory = call.input.directory === undefined ? settings.directory : String(call.input.directory);
  const command: JobCommand = { file, args, env: environment, user, limits, directory };
  return { work: pretend === undefined ? command : pretend(command), memory: null, isDetached };
}

/** INVARIANT: only a shell that the node's configuration names, and lists where it has a list, gets a text to interpret. */
async function findCommand(
  files: HostFiles,
  { shells, commands }: ShellSettings,
  { input, signal }: ActionCall,
): Promise<readonly [string, ...string[]]> {
  const text = String(input.command);
  if (input.shell === undefined) {
    const [name, ...args] = splitCommand(text);
    return [await findProgram(name, { files, allowed: commands, signal }), ...args];
  }
  const name = String(input.shell);
  const path = Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (path !== undefined && commands !== undefined && !coversPath(commands, path)) {
    throw new McoError('failed/not-configured', `this node does not run \`${path}\``, {
      hint: 'a shell runs anything, so it is used only where `shell: {commands: [...]}` lists it too',
    });
  }
  if (path !== undefined) return [path, '-c', text];
  const known = Object.keys(shells);
  throw new McoError('failed/not-configured', `this node has no shell \`${name}\``, {
    hint:
      known.length === 0 ? 'its configuration names none under `shell: {shells: ...}`' : `it has ${known.join(', ')}`,
  });
}

/** A command that failed is a node that failed. */
async function conclude({ exit, output }: JobEnd): Promise<ReplyData> {
  switch (exit.state) {
    case 'lost':
      throw new McoError('failed/lost', 'the command is gone and left no word', {
        hint: 'it was killed hard, or the machine went down',
      });
    case 'killed':
      throw new McoError('failed/killed', `the command was ended by ${exit.signal}${await tellEnd(output)}`);
    case 'exited':
      if (exit.exitCode !== 0) {
        throw new McoError('failed/command', `exit code ${exit.exitCode}${await tellEnd(output)}`);
      }
      break;
    case 'nothing to do':
      break;
  }
  const stdout = await readBothEnds(output, 'stdout');
  const stderr = await readBothEnds(output, 'stderr');
  return {
    exitcode: 0,
    stdout: stdout.text,
    ...(stderr.text === '' ? {} : { stderr: stderr.text }),
    ...(stdout.isCut || stderr.isCut ? { truncated: true } : {}),
  };
}
