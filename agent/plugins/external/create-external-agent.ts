import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent, RunAction } from '../../../src/core/agent.ts';
import type { ActionDescription } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { ExternalAgent } from '../../../src/core/host/external-agent.ts';
import type { JobAction } from '../../../src/core/jobs.ts';
import type { ProcessRunner } from '../../../src/core/ports.ts';
import { composeDocument, composeEnvironment, type NodeNames } from './compose-document.ts';
import { type Ended, MAX_ANSWER_BYTES, readAnswer, tellTooMuch } from './read-answer.ts';

/** Enough of what a program complains of to tell why it failed. */
const MAX_COMPLAINT_BYTES = 4096;

export interface ExternalParts extends NodeNames {
  readonly runner: ProcessRunner;
  /** The account the programs run as; left out: the agent's own. */
  readonly user?: string | undefined;
}

/** An agent whose code is a program: one JSON document on its standard input, one on its standard output. */
export function createExternalAgent(agent: ExternalAgent, parts: ExternalParts): Agent {
  const { description } = agent;
  const actions = Object.entries(description.actions).map(([name, action]): [string, RunAction | JobAction] => {
    const program: Program = { agent, parts, name, action };
    return [name, action.isJob === true ? createJob(program) : (call) => runProgram(program, call)];
  });
  return { description, actions: Object.fromEntries(actions) };
}

/** What one action starts. */
interface Program {
  readonly agent: ExternalAgent;
  readonly parts: ExternalParts;
  readonly name: string;
  readonly action: ActionDescription;
}

async function runProgram(program: Program, call: ActionCall): ReturnType<RunAction> {
  const { parts, name, agent } = program;
  const [file = '', ...args] = commandOf(agent.program, name, parts.user);
  const request = {
    ...{ file, args, env: composeEnvironment(program, call), input: composeDocument(program, call) },
    ...{ signal: call.signal, maxOutputBytes: MAX_ANSWER_BYTES, isOverflowFatal: true },
  };
  const { exitCode, signal, stdout, stderr, truncated } = await parts.runner.run(request).catch((thrown: unknown) => {
    throw explainFailure(program, thrown);
  });
  return answer(program, { exitCode, signal, stdout, stderr, isCut: truncated });
}

/** The program was looked at before: where the system finds none, it is what the program is to be read by that is missing. */
function explainFailure({ agent, name, parts }: Program, thrown: unknown): unknown {
  if (!(thrown instanceof McoError)) return thrown;
  if (thrown.code === 'failed/too-much-output') return tellTooMuch(`${agent.description.agent}.${name}`);
  if (thrown.code !== 'failed/not-installed' || parts.user !== undefined) return thrown;
  return new McoError('failed/not-started', `\`${agent.program}\` could not be started`, {
    hint: 'look at its first line: the interpreter that it names has to be on the node',
    cause: thrown,
  });
}

/** Without a shell and without a login: what runs is the program, as that account. */
const commandOf = (program: string, action: string, user: string | undefined): readonly string[] =>
  user === undefined ? [program, action] : ['runuser', '-u', user, '--', program, action];

function createJob(program: Program): JobAction {
  return {
    async prepare(call) {
      return {
        work: {
          file: program.agent.program,
          args: [program.name],
          env: composeEnvironment(program, call),
          input: composeDocument(program, call),
          user: program.parts.user,
        },
        memory: null,
      };
    },
    async conclude({ exit, output }) {
      const stdout = await output.read('stdout', { offset: 0, maxBytes: MAX_ANSWER_BYTES });
      const stderr = await output.read('stderr', { offset: 0, maxBytes: MAX_COMPLAINT_BYTES });
      return answer(program, {
        exitCode: exit.state === 'exited' ? exit.exitCode : undefined,
        signal: exit.state === 'killed' ? exit.signal : undefined,
        isLost: exit.state === 'lost',
        stdout: stdout.text,
        stderr: stderr.text,
        isCut: stdout.size > stdout.next,
      });
    },
  };
}

const answer = ({ agent, name, action }: Program, ended: Ended) =>
  readAnswer(`${agent.description.agent}.${name}`, action, ended);
