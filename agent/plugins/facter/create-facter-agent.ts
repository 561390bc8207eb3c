import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent } from '../../../src/core/agent.ts';
import type { Facts, FactValue } from '../../../src/core/facts.ts';
import type { FactsBackend, TimedFacts } from '../../../src/core/host/facts-backend.ts';
import type { Clock } from '../../../src/core/ports.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { FACTER_DESCRIPTION } from './description.ts';

export interface FacterAgentParts {
  readonly facter: FactsBackend;
  readonly clock: Clock;
  /** What is older is asked for again. */
  readonly maxAgeMs: number;
}

/** The agent `facter`: answers from memory while that is young enough. */
export function createFacterAgent(parts: FacterAgentParts): Agent {
  return {
    description: FACTER_DESCRIPTION,
    actions: {
      get: (call) => tellFact(parts, call),
      all: (call) => tellAll(parts, call),
      async refresh({ signal }): Promise<ReplyData> {
        const { facts, elapsedMs } = await parts.facter.refresh(signal);
        return { count: Object.keys(facts).length, seconds: Math.round(elapsedMs / 100) / 10 };
      },
    },
  };
}

async function tellFact(parts: FacterAgentParts, call: ActionCall): Promise<ReplyData> {
  const fact = String(call.input.fact);
  const { facts, at } = await findFacts(parts, call);
  const value = findFact(facts, fact);
  return { fact, value: value ?? null, age: ageOf(at, parts.clock) };
}

async function tellAll(parts: FacterAgentParts, call: ActionCall): Promise<ReplyData> {
  const { facts, at } = await findFacts(parts, call);
  return { facts, count: Object.keys(facts).length, age: ageOf(at, parts.clock) };
}

async function findFacts(
  { facter, clock, maxAgeMs }: FacterAgentParts,
  { input, signal }: ActionCall,
): Promise<TimedFacts> {
  const known = facter.current();
  // A clock that was set back must not keep old facts for ever.
  if (input.fresh !== true && known !== undefined && Math.abs(clock.now() - known.at) < maxAgeMs) return known;
  return await facter.refresh(signal);
}

const ageOf = (at: number, clock: Clock): number => Math.max(0, Math.round((clock.now() - at) / 1000));

/** The fact of that whole name, or else a part of a structured one: `os.release.major`, `dmi.board.0`. */
function findFact(facts: Facts, name: string): FactValue | undefined {
  if (Object.hasOwn(facts, name)) return facts[name];
  let value: FactValue | undefined = facts;
  for (const part of name.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.keys(value).includes(part)) return undefined;
    value = (value as { readonly [key: string]: FactValue })[part];
  }
  return value;
}
