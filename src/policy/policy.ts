import type { Effect } from '../core/agent-description.ts';
import type { Expression } from '../core/filter.ts';

/** A policy's `nodes: "-F environment=staging"`: which nodes a rule is for. */
export interface NodeLimit {
  /** As it is written in the file. */
  readonly text: string;
  readonly expression: Expression;
}

/** Whose yes a run needs, from how many nodes on. */
export interface ApprovalRule {
  /** Up to so many nodes it needs none. Zero: always. */
  readonly overNodes: number;
  /** The name of a group in `RuleSet.groups`. */
  readonly from: string;
  readonly count: number;
  readonly expiresMs: number;
}

/** What an allowing rule puts up with. Somebody who may do a thing by two rules has two of these, and uses one. */
export interface Grant {
  /** The rule, then the bindings that give it, as `FILE:LINE`. */
  readonly rules: readonly string[];
  /** Undefined: any node. */
  readonly nodes?: NodeLimit | undefined;
  readonly maxNodes?: number | undefined;
  /** Whether somebody has to say which nodes. */
  readonly requireFilter: boolean;
  readonly approval?: ApprovalRule | undefined;
}

/**
 * What the policy says to one request, and the rules that counted, as `FILE:LINE`. A denial always has a reason.
 * An allowance has at least one grant, the widest first, none of which another one covers; what then becomes known of
 * the nodes is put to `judgeGrant`.
 */
export type Decision =
  | {
      readonly outcome: 'allow';
      readonly rules: readonly string[];
      readonly grants: readonly Grant[];
      /** Nodes that a denial is for, whatever allows the rest. */
      readonly excluded: readonly NodeLimit[];
    }
  | {
      readonly outcome: 'deny';
      readonly rules: readonly string[];
      readonly reason: string;
      /** A rule denies it; else nothing allows it. */
      readonly isForbidden?: boolean | undefined;
    };

/** What is known of the nodes when all of them are known. */
export interface Targeted {
  readonly count: number;
  /** Whether a filter or a list of names chose them; false: everybody was meant. */
  readonly isNarrowed: boolean;
}

/** What a grant says to a list of nodes. */
export type Verdict =
  | { readonly outcome: 'allow'; readonly rules: readonly string[] }
  | { readonly outcome: 'needs-approval'; readonly rules: readonly string[]; readonly approval: ApprovalRule }
  | { readonly outcome: 'deny'; readonly rules: readonly string[]; readonly reason: string };

/** A policy file as it was read: `name` is what rules and errors call it. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

/** Whom a rule is for. Callers compare by equality. */
export interface Who {
  readonly everyone: boolean;
  readonly callers: ReadonlySet<string>;
  /** Names of groups in `RuleSet.groups`. */
  readonly groups: readonly string[];
}

/** Input name -> globs for its whole value, one of which must match. An input that is not given matches none. */
export type InputLimits = ReadonlyMap<string, readonly string[]>;

/** Part of a role: the actions matching these globs, up to this effect (`write` includes `read`). */
export interface AllowRule {
  readonly actions: readonly string[];
  readonly effect: Effect;
  readonly inputs?: InputLimits | undefined;
  readonly nodes?: NodeLimit | undefined;
  readonly maxNodes?: number | undefined;
  /** Undefined: of a write, yes; of a read, no. */
  readonly requireFilter?: boolean | undefined;
  readonly approval?: ApprovalRule | undefined;
  readonly at: string;
}

export interface Role {
  readonly name: string;
  /** Its own rules first, then those of the roles it includes. */
  readonly allow: readonly AllowRule[];
}

/** Gives a role to people. `places` undefined: everywhere. */
export interface Binding {
  readonly role: Role;
  readonly who: Who;
  readonly places: readonly string[] | undefined;
  readonly at: string;
}

/** Forbids actions whatever else allows them. `places` undefined: everywhere. */
export interface DenyRule {
  readonly actions: readonly string[];
  /** `write`: reads are left alone. Undefined: both. */
  readonly effect?: Effect | undefined;
  readonly inputs?: InputLimits | undefined;
  /** Only these nodes. Undefined: all. */
  readonly nodes?: NodeLimit | undefined;
  readonly who: Who;
  readonly places: readonly string[] | undefined;
  readonly reason: string | undefined;
  readonly at: string;
}

/** What bot and node have in common: names are resolved, everything in it was checked. */
export interface RuleSet {
  /** All of them: those that no binding gives, and those that are only included. */
  readonly roles: readonly Role[];
  /** Everybody whom the section `people` names. */
  readonly people: ReadonlySet<string>;
  /** Group name -> the callers that the policy lists. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly bindings: readonly Binding[];
  readonly deny: readonly DenyRule[];
}

export interface BotPolicy extends RuleSet {
  /** Account (`slack:T024BE7LD/U2147483697`) -> caller (`person:ana`). */
  readonly accounts: ReadonlyMap<string, string>;
  /** Group name -> groups of chat services, everybody in which is in it too: `slack:T024BE7LD/S0614TZR7`. */
  readonly chatGroups: ReadonlyMap<string, readonly string[]>;
}

/** What the chat services say of one person, as far as they could be asked. Names are those of `BotPolicy.chatGroups`. */
export interface Memberships {
  /** The groups that one of the person's accounts is in. */
  readonly of: ReadonlySet<string>;
  /** The groups of which nobody knows for now who is in them. */
  readonly unresolved: readonly string[];
}

/** What a signing key may ask for at most. */
export interface SignerRule {
  readonly principal: string;
  readonly effect: Effect;
  /** Callers it may speak for: `person:ana`, `person:*`. Undefined: any; never so for a signer that may write. */
  readonly callers: readonly string[] | undefined;
  /** Whether the approvals that it tells of count, and how many nodes it says they are for. */
  readonly vouches: boolean;
  readonly at: string;
}

export interface NodePolicy extends RuleSet {
  /** Principal of `allowed_signers` -> its bounds. */
  readonly signers: ReadonlyMap<string, SignerRule>;
}
