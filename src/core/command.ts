import type { AgentDescription, Effect, Input } from './agent-description.ts';
import { McoError } from './errors.ts';
import type { Filter } from './filter.ts';
import type { AgentOrigin } from './learned-agent.ts';

/** A word somebody typed, and where it stands in the text. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `10` nodes or `10%` of them. */
export type Share = { readonly count: number } | { readonly percent: number };

/** As `Share`, and zero is possible: not one. */
export type Threshold = Share;

/** Where a list of nodes comes from instead of discovery: `--nodes last`, `--nodes 7f3a:failed`, `--nodes FILE`. */
export type NodeSource =
  | { readonly from: 'last'; readonly which: NodeShare }
  | { readonly from: 'run'; readonly run: string; readonly which: NodeShare }
  | { readonly from: 'file'; readonly file: string };

/** Which of a run's nodes; `open` are those that did not end well, whatever way. */
export type NodeShare = 'all' | 'ok' | 'failed' | 'silent' | 'open';

export interface Options {
  readonly nodes?: NodeSource | undefined;
  readonly collective?: string | undefined;
  readonly limit?: Share | undefined;
  readonly limitSeed?: number | undefined;
  readonly batch?: Share | undefined;
  readonly batchSleepMs?: number | undefined;
  /** The first wave: so many nodes, all of which have to do well. */
  readonly canary?: number | undefined;
  /** Over so many failed or silent nodes of all that are targeted nothing further is sent. */
  readonly maxFail?: Threshold | undefined;
  readonly maxSilent?: Threshold | undefined;
  /** So many nodes at work at any time: when one is done the next is asked. Not together with waves. */
  readonly atOnce?: Share | undefined;
  /** A dry run, where the action has one. */
  readonly noop?: boolean | undefined;
  /** Only shows who would be asked, and what that would need. */
  readonly preview?: boolean | undefined;
  /** How long an action may take on a node. */
  readonly timeoutMs?: number | undefined;
  /** How long discovery listens; without it discovery ends when no more nodes answer. */
  readonly discoveryMs?: number | undefined;
  /** How long the request stays valid. */
  readonly ttlMs?: number | undefined;
  readonly format: 'text' | 'json' | 'csv';
  readonly display?: 'ok' | 'failed' | 'all' | undefined;
  /** The order in which results are listed; by name unless somebody wants another. */
  readonly sort?: 'node' | 'time' | 'value' | undefined;
  /** Equal results are told once, with the names of their nodes. */
  readonly group?: boolean | undefined;
  readonly noProgress: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** `--as` and `--in` of `policy explain`: a person or account, and a place. */
  readonly as?: string | undefined;
  readonly in?: string | undefined;
  /** What `audit` looks for. */
  readonly search?: AuditSearch | undefined;
}

/** `audit --who ana --node web1 --action package.update --run 7f3a --since 2h`; all that are given must hold. */
export interface AuditSearch {
  /** A person, or an account: `ana`, `slack:T024BE7LD/U2147483697`. */
  readonly who?: string | undefined;
  readonly node?: string | undefined;
  /** `AGENT.ACTION`, or `AGENT` for all of its actions. */
  readonly action?: string | undefined;
  /** The end of a run's id. */
  readonly run?: string | undefined;
  readonly since?: TimeMark | undefined;
  readonly until?: TimeMark | undefined;
}

/** A moment (ms since the epoch), or so long before now. */
export type TimeMark = { readonly at: number } | { readonly agoMs: number };

/** What was typed, understood as far as the grammar goes: the words still have to mean something to a command. */
export interface CommandLine {
  /** The normalised text that spans and carets refer to. */
  readonly text: string;
  /** The words that belong to no option; the first names the command. */
  readonly words: readonly Word[];
  readonly filter: Filter;
  readonly options: Options;
  /** The command in its canonical spelling, which parses to the same thing again. */
  readonly canonical: string;
}

/** How the answer to a question is shown. */
export type ResultView = 'results' | 'names' | 'ping' | 'facts' | 'inventory' | 'collectives';

/** A question to the fleet. */
export interface Ask {
  readonly kind: 'ask';
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
  readonly input: Input;
  readonly view: ResultView;
  /** Added to what was typed: `inventory NODE` means that one node. */
  readonly identities?: readonly string[] | undefined;
  /** So many at a time, unless `--at-once` says otherwise: `puppet runall 20`. */
  readonly atOnce?: Share | undefined;
  /**
   * The action whose rights decide, in place of this one's: who may do a thing may look after the job it became.
   * A node finds the job itself and decides by that.
   */
  readonly inPlaceOf?: Pick<Ask, 'agent' | 'action' | 'effect' | 'input'> | undefined;
}

/** Something the bot answers by itself: a title and sections of plain lines. */
export interface Tell {
  readonly kind: 'tell';
  readonly title: string;
  readonly sections: readonly { readonly heading?: string | undefined; readonly lines: readonly string[] }[];
}

/** Something to do with runs, or with the bot itself. `run` is what was typed: the end of a run's id, or `last`. */
export type Control =
  /** `words`: whose runs, of which agent, and how they ended. */
  | { readonly kind: 'control'; readonly verb: 'runs'; readonly words: readonly Word[] }
  | { readonly kind: 'control'; readonly verb: 'health' }
  | { readonly kind: 'control'; readonly verb: 'whoami' }
  | { readonly kind: 'control'; readonly verb: 'show'; readonly run: Word }
  | { readonly kind: 'control'; readonly verb: 'cancel'; readonly run: Word }
  | { readonly kind: 'control'; readonly verb: 'retry'; readonly run: Word; readonly which: NodeShare }
  /** `digest` is the beginning of the order's digest that somebody saw, where they typed it. */
  | { readonly kind: 'control'; readonly verb: 'approve'; readonly run: Word; readonly digest?: Word | undefined }
  | { readonly kind: 'control'; readonly verb: 'reject'; readonly run: Word }
  | { readonly kind: 'control'; readonly verb: 'withdraw'; readonly run: Word }
  | { readonly kind: 'control'; readonly verb: 'audit'; readonly what: 'find' | 'verify' | 'checkpoint' }
  | { readonly kind: 'control'; readonly verb: 'audit'; readonly what: 'compare'; readonly run: Word }
  /** `command`: what was quoted as one word; undefined: the rest of the line itself. */
  | {
      readonly kind: 'control';
      readonly verb: 'policy';
      readonly what: 'explain';
      readonly command: string | undefined;
    }
  | { readonly kind: 'control'; readonly verb: 'policy'; readonly what: 'test' };

/** What a command line comes to. */
export type Plan = Ask | Tell | Control;

/** What a command may know when it reads its words. */
export interface CommandWorld {
  readonly agents: readonly AgentDescription[];
  readonly commands: readonly Command[];
  /** Where the bot knows each agent from; undefined: all come with it. */
  readonly origins?: ReadonlyMap<string, AgentOrigin> | undefined;
  /** Who asks: `person:ana`, and the roles that the policy gives them here. */
  readonly caller: string;
  readonly roles: readonly string[];
  /** Whether this person may use an action here. */
  may(agent: string, action: string): boolean;
}

/**
 * One `/mco` command. Help, completion and the policy's key come from this object; it never knows which chat it is in.
 */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly about: string;
  readonly usage: readonly string[];
  /** Complete commands without the leading `/mco`. Each one parses. */
  readonly examples: readonly string[];
  /** What help tells of a word that only this command knows, such as `runall`: plain lines, the first a summary. */
  readonly topics?: Readonly<Record<string, readonly string[]>> | undefined;
  /**
   * Reads the words after the command's name.
   *
   * @throws McoError `usage/*` or `unknown/*` with the span of the wrong word
   */
  plan(line: CommandLine, world: CommandWorld): Plan;
}

/**
 * The description of an agent that a command is made for.
 *
 * @throws McoError `unknown/agent` when this bot does not know it
 */
export function requireAgent(world: CommandWorld, name: string): AgentDescription {
  const agent = world.agents.find((candidate) => candidate.agent === name);
  if (agent === undefined) throw new McoError('unknown/agent', `this bot knows no agent \`${name}\``);
  return agent;
}

/** The question that every node answers: it is there. Discovery asks it too. */
export function askPing(view: ResultView): Ask {
  return { kind: 'ask', agent: 'rpcutil', action: 'ping', effect: 'read', input: {}, view };
}
