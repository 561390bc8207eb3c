import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import type { Agent } from '../../../../src/core/agent.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createScriptedRunner, notInstalled, type ScriptedRunner } from '../../../fakes/scripted-runner.ts';
import { createHostAgents, type Family, INPUTS } from './host-agents.ts';

type Script = Parameters<typeof createScriptedRunner>[0];

const BROKEN = 'tool: it is broken';
const FLOOD = `${'a flood of output, '.repeat(50)}\n`.repeat(1000);
const MAX_MESSAGE_LENGTH = 1000;
/** What `shell run` shows of its output, with what stands around it. */
const MAX_ANSWER_LENGTH = 70_000;

/** They look at what the agent itself knows, and start no program. */
const WITHOUT_TOOLS = new Set(['job', 'rpcutil']);

/** An init script has a status whatever it exits with: what it said stands beside it. */
const TELLS_ANYWAY = ['redhat service.status'];

interface Call {
  readonly agent: Agent;
  readonly name: string;
  /** Its job's program is played as well. */
  readonly runner: ScriptedRunner;
}

/** Every action of every agent that starts programs, as it is on machines of this family. */
function* listCalls(family: Family, script: Script): Generator<Call> {
  const runner = createScriptedRunner(script);
  for (const agent of createHostAgents(runner, family)) {
    if (WITHOUT_TOOLS.has(agent.description.agent)) continue;
    for (const name of Object.keys(agent.actions)) yield { agent, name, runner };
  }
}

const nameOf = ({ agent, name }: Call): string => `${agent.description.agent}.${name}`;

/** Its program is a file beside its description, and nothing that could be installed. */
const isOwn = ({ agent }: Call): boolean => agent.description.agent === 'hello';

function call(one: Call, signal = new AbortController().signal): Promise<ReplyData> {
  const { agent, name, runner } = one;
  return callAction(agent, name, {
    input: INPUTS[nameOf(one)] ?? {},
    signal,
    async runCommand(command) {
      const { exitCode = 0, stdout, stderr } = await runner.run({ ...command, signal });
      return { exit: { state: 'exited', exitCode }, stdout, stderr };
    },
  });
}

/** A failure that the node's owner can act on, and no more of it than people read. */
async function assertFails(one: Call, isRight: (error: McoError) => boolean, signal?: AbortSignal): Promise<void> {
  await assert.rejects(call(one, signal), (error) => {
    assert.ok(error instanceof McoError, String(error));
    assert.equal(error.family, 'failed', error.message);
    assert.ok(error.message.length <= MAX_MESSAGE_LENGTH, `${error.message.length} characters`);
    assert.ok(isRight(error), `${error.code}: ${error.message}`);
    return true;
  });
}

test('no agent that starts programs is left out', () => {
  const looked = new Set([...listCalls('debian', () => 'hang')].map(({ agent }) => agent.description.agent));
  for (const { agent } of AGENT_DESCRIPTIONS) assert.equal(looked.has(agent), !WITHOUT_TOOLS.has(agent), agent);
});

for (const family of ['debian', 'redhat'] as const) {
  describe(`on machines like ${family}`, () => {
    for (const one of listCalls(family, ({ file }) => notInstalled(file))) {
      test(`${nameOf(one)} without its tool says that it is not installed`, () =>
        assertFails(
          one,
          ({ code }) => code === 'failed/not-installed' || (isOwn(one) && code === 'failed/not-started'),
        ));
    }

    for (const one of listCalls(family, () => ({ exitCode: 9, stderr: `${BROKEN}\n` }))) {
      test(`${nameOf(one)} over a tool that fails is a failure in its words`, async () => {
        if (!TELLS_ANYWAY.includes(`${family} ${nameOf(one)}`)) {
          return await assertFails(one, ({ message }) => message.includes('it is broken'));
        }
        assert.match(JSON.stringify(await call(one)), /it is broken/);
      });
    }

    for (const one of listCalls(family, () => 'hang')) {
      test(`${nameOf(one)} over a tool that hangs ends as a timeout when its time is up`, async () => {
        const time = new AbortController();
        const failed = assertFails(one, ({ code }) => code === 'failed/timeout', time.signal);
        setImmediate(() => time.abort());
        await failed;
      });

      test(`${nameOf(one)} that comes too late starts nothing that it would wait for`, () =>
        assertFails(one, ({ code }) => code === 'failed/timeout', AbortSignal.abort()));
    }

    for (const one of listCalls(family, () => ({ stdout: FLOOD, stderr: FLOOD, truncated: true }))) {
      test(`${nameOf(one)} over a flood of output makes no flood of its own`, async () => {
        const data = await call(one).catch(() => undefined);
        if (data === undefined) await assertFails(one, () => true);
        else assert.ok(JSON.stringify(data).length <= MAX_ANSWER_LENGTH, `${JSON.stringify(data).length} characters`);
      });
    }
  });
}
