import type { AgentDescription, Effect, Input } from '../core/agent-description.ts';
import type { AuditTrail } from '../core/audit-trail.ts';
import type { ChatPerson } from '../core/chat.ts';
import type { Command } from '../core/command.ts';
import type { AuditLog, Bus, Clock, Hash, NewId, Signer } from '../core/ports.ts';
import type { RunRecord, Store } from '../core/store.ts';
import type { RunThread } from '../core/surface.ts';
import type { Belonging } from '../policy/belonging.ts';
import type { PolicyTests } from '../policy/explain-tests.ts';
import type { Decision, Memberships } from '../policy/policy.ts';
import type { ActiveRuns } from './active-runs.ts';
import type { AgentRegistry } from './agent-registry.ts';
import type { Collector } from './collecting/collector.ts';
import type { JobFollower } from './jobs/job-follower.ts';

/** Who wants to do what, where. */
export interface Question {
  /** `person:ana`. */
  readonly caller: string;
  /** The chat and channel: `slack:TEAM/CHANNEL`, `console`. */
  readonly place: string;
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
  readonly memberships: Memberships;
  /** Undefined: some input or other, which help asks about. */
  readonly input?: Input | undefined;
}

/** A part of the bot's surroundings that can be tried. */
export interface HealthCheck {
  readonly name: string;
  /** What it found, on one line. @throws McoError when it does not work */
  check(): Promise<string>;
}

export interface MembershipOptions {
  /** Only what the chat services say now counts, not what they said before. Default: that is remembered for a while. */
  readonly isFresh?: boolean | undefined;
  /** Looks up what this group of the policy hangs on, and nothing else. */
  readonly group?: string | undefined;
}

/** Who people are and what they may do. The bot reads its policy files for it; the terminal client leaves it to the nodes. */
export interface Authority {
  /** The caller behind a chat account. */
  identify(account: string): string;
  /** The accounts of `person:ana`, as records name her before it is known who she is; undefined where nobody has a list. */
  accountsOf?: ((person: string) => readonly string[]) | undefined;
  /** Looks up the groups of chat services that the policy knows. Never fails: what can't be told is `unresolved`. */
  findMemberships(account: string, options?: MembershipOptions): Promise<Memberships>;
  decide(question: Question): Decision;
  rolesOf(asker: Pick<Question, 'caller' | 'place' | 'memberships'>): readonly string[];
  /** Whether somebody is in a group of the policy: of those who may approve. */
  judgeMember(group: string, asker: Pick<Question, 'caller' | 'memberships'>): Belonging;
  /** Set where nothing is decided but by the nodes: the terminal client's, which also keeps no run for a later command. */
  readonly leavesToNodes?: boolean | undefined;
  /** The policy's files and their cases as they are now; undefined where there are none. @throws McoError */
  policyTests?: (() => Promise<PolicyTests>) | undefined;
}

/** Everything the chat pipeline works with. Put together in `src/main`. */
export interface Bot {
  /** `bot:NAME` or `client:NAME`, as it stands in the audit trail. */
  readonly auditName: string;
  /** The collective of commands without `-T`, and the ones that `-T` may name. */
  readonly collective: string;
  readonly collectives: readonly string[];
  readonly commands: readonly Command[];
  /** As they are known now: a getter where there is a registry, so a copy of the bot does not learn. */
  readonly agents: readonly AgentDescription[];
  /** Left out: nothing is learned from nodes. */
  readonly registry?: AgentRegistry | undefined;
  readonly authority: Authority;
  /** A bot without the write key can't write, whatever its policy says. */
  readonly signers: { readonly read: Signer; readonly write?: Signer | undefined };
  readonly bus: Bus;
  readonly collector: Collector;
  readonly replyTo: (collective: string) => string;
  readonly audit: AuditLog;
  /** The same trail for reading; undefined where it is a plain file, as the terminal client's. */
  readonly trail?: AuditTrail | undefined;
  readonly store: Store;
  readonly active: ActiveRuns;
  readonly health: readonly HealthCheck[];
  /** What the chat service of an account says of it. */
  findPerson(account: string): Promise<ChatPerson | undefined>;
  /** Reads a list of nodes for `--nodes FILE`; undefined where files are none of the asker's business. */
  readonly readNodeList?: ((file: string) => Promise<readonly string[]>) | undefined;
  /** The thread of a run that was begun by an earlier command; undefined where its chat is gone. */
  openThread(run: RunRecord): RunThread | undefined;
  /** Tells what came of jobs that outlive their run; left out where nobody is there to tell it to later. */
  readonly jobs?: Pick<JobFollower, 'follow' | 'drop'> | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly hash: Hash;
}
