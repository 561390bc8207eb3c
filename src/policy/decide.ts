import type { Effect } from '../core/agent-description.ts';
import { applyRules, bindingsOf, UNDECIDED } from './apply-rules.ts';
import { isPlace } from './place.ts';
import type { BotPolicy, Decision } from './policy.ts';

/** A caller as `identify` names them, and what they ask where. */
export interface BotQuestion {
  readonly caller: string;
  /** `slack:TEAM/CHANNEL`, `mattermost:HOST/CHANNEL`, `console`, `unix`. */
  readonly place: string;
  readonly agent: string;
  readonly action: string;
  /** From the bot's own copy of the action's description, never from a message. */
  readonly effect: Effect;
}

/** Decides before anything is sent. Never throws: INVARIANT: an exception while deciding is a denial. */
export function decide(policy: BotPolicy, question: BotQuestion): Decision {
  try {
    if (!isPlace(question.place)) {
      return { outcome: 'deny', rules: [], reason: 'commands are not taken from this place' };
    }
    return applyRules(policy, question);
  } catch {
    return UNDECIDED;
  }
}

/** Whether `decide` allows it: for help and completion. */
export function may(policy: BotPolicy, question: BotQuestion): boolean {
  return decide(policy, question).outcome === 'allow';
}

/** The roles that bindings give a caller in a place, each once, in the order of the files. */
export function rolesOf(policy: BotPolicy, caller: string, place: string): string[] {
  if (!isPlace(place)) return [];
  return [...new Set(bindingsOf(policy, caller, place).map(({ role }) => role.name))];
}
