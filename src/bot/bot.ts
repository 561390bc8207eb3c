import type { AgentDescription, Effect } from '../core/agent-description.ts';
import type { Command } from '../core/command.ts';
import type { AuditLog, Bus, Clock, NewId, Signer } from '../core/ports.ts';
import type { Decision } from '../policy/policy.ts';
import type { Collector } from './collector.ts';

/** Who wants to do what, where. */
export interface Question {
  /** `person:ana`. */
  readonly caller: string;
  /** The chat and channel: `slack:TEAM/CHANNEL`, `console`. */
  readonly place: string;
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
}

/** Who people are and what they may do. The bot reads its policy files for it; the terminal client leaves it to the nodes. */
export interface Authority {
  /** The caller behind a chat account. */
  identify(account: string): string;
  decide(question: Question): Decision;
  rolesOf(caller: string, place: string): readonly string[];
}

/** Everything the chat pipeline works with. Put together in `src/main`. */
export interface Bot {
  /** `bot:NAME` or `client:NAME`, as it stands in the audit trail. */
  readonly auditName: string;
  /** The collective of commands without `-T`, and the ones that `-T` may name. */
  readonly collective: string;
  readonly collectives: readonly string[];
  readonly commands: readonly Command[];
  readonly agents: readonly AgentDescription[];
  readonly authority: Authority;
  /** A bot without the write key can't write, whatever its policy says. */
  readonly signers: { readonly read: Signer; readonly write?: Signer | undefined };
  readonly bus: Bus;
  readonly collector: Collector;
  readonly replyTo: (collective: string) => string;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly newId: NewId;
}
