import { createHash } from 'node:crypto';
import { COMMANDS } from '../../../../commands/index.ts';
import { openAgentRegistry } from '../../../../src/bot/agent-registry.ts';
import type { Bot } from '../../../../src/bot/bot.ts';
import { handleCommand } from '../../../../src/bot/handle-command.ts';
import type { Handled } from '../../../../src/bot/handled.ts';
import type { AgentDescription } from '../../../../src/core/agent-description.ts';
import { digestDescription } from '../../../../src/core/description-digest.ts';
import { readDescription } from '../../../../src/core/description-schema.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import type { AgentStore } from '../../../../src/core/store.ts';
import { DESCRIPTION_TEMPLATE } from '../../../../src/main/new-agent/description-template.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { alive, createScene, type Script } from '../scripted-fleet.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The example agent, changed as text. */
export function hello(change: (text: string) => string = (text) => text): AgentDescription {
  return readDescription(new TextEncoder().encode(change(DESCRIPTION_TEMPLATE)));
}

/** A node that has an agent, and answers its actions. */
export const having = (description: AgentDescription, claims: { digest?: string; agent?: string } = {}): Script =>
  alive(({ agent, action, input }) => {
    if (action !== 'describe') return { data: { greeting: `${agent}.${action}` } };
    if (input.agent !== (claims.agent ?? description.agent)) return undefined;
    const digest = claims.digest ?? digestDescription(hash, description);
    const brief = { agent: description.agent, version: description.version, digest };
    return { data: input.brief === true ? brief : { ...brief, description: description as unknown as JsonValue } };
  });

/** A bot that learns from a scripted fleet. */
export async function createLearningScene(
  scripts: Readonly<Record<string, Script>>,
  {
    decide,
    store,
    configured = [],
  }: {
    readonly decide?: (ask: { action: string; effect?: string }) => Decision;
    readonly store?: AgentStore;
    readonly configured?: readonly AgentDescription[];
  } = {},
) {
  const scene = createScene(scripts, decide);
  const { clock, bus, surface } = scene;
  const builtIn = scene.bot.agents;
  const taken = COMMANDS.map(({ name }) => name);
  const agentStore = store ?? scene.bot.store.agents;
  const registry = await openAgentRegistry({ builtIn, configured, taken, store: agentStore, clock });
  const bot: Bot = {
    ...scene.bot,
    registry,
    get agents() {
      return registry.current();
    },
  };
  /** Handles a command to its end; `took` is how long it was until then, ms by the scene's clock. */
  async function run(text: string, account = 'console:ana'): Promise<Handled & { took: number }> {
    const startedAt = clock.now();
    let handled: (Handled & { took: number }) | undefined;
    const message = { text, account, origin: { chat: 'console', channel: '' } };
    void handleCommand(bot, message, { surface, signal: new AbortController().signal }).then((end) => {
      handled = { ...end, took: clock.now() - startedAt };
    });
    for (let step = 0; step < 1200 && handled === undefined; step++) await clock.advance(50);
    if (handled === undefined) throw new Error('the command never ended');
    return handled;
  }
  return {
    ...scene,
    bot,
    run,
    registry,
    store: agentStore,
    /** The questions about descriptions that were sent, with who was asked. */
    asked: () =>
      bus.published
        .map(({ body }) => decodeRequestOrNot(body))
        .flatMap((request) => (request?.action === 'describe' ? [request] : [])),
  };
}

/** Replies are on the same bus. */
function decodeRequestOrNot(body: Uint8Array) {
  try {
    return decodeRequest(body);
  } catch {
    return undefined;
  }
}
