import type { Effect } from '../core/agent-description.ts';

/** What the policy says to one request, and the rules that counted, as `FILE:LINE`. A denial always has a reason. */
export interface Decision {
  readonly outcome: 'allow' | 'deny';
  readonly rules: readonly string[];
  /** One line for people: "`package.update` needs write; you have read here". */
  readonly reason?: string;
}

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

/** Part of a role: the actions matching these globs, up to this effect (`write` includes `read`). */
export interface AllowRule {
  readonly actions: readonly string[];
  readonly effect: Effect;
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
  readonly who: Who;
  readonly places: readonly string[] | undefined;
  readonly reason: string | undefined;
  readonly at: string;
}

/** What bot and node have in common: names are resolved, everything in it was checked. */
export interface RuleSet {
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
  readonly at: string;
}

export interface NodePolicy extends RuleSet {
  /** Principal of `allowed_signers` -> its bounds. */
  readonly signers: ReadonlyMap<string, SignerRule>;
}
