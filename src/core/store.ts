import type { Input } from './agent-description.ts';
import type { AwaitedJobs } from './awaited-jobs.ts';
import type { Card } from './card.ts';
import type { ChatMessage, PostRef, Recipient } from './chat.ts';
import type { Ask, Options } from './command.ts';
import type { Filter } from './filter.ts';
import type { LearnedAgent } from './learned-agent.ts';
import type { NodeResult, RunHeader, RunReport } from './report.ts';
import type { Origin } from './request.ts';

/**
 * What survives a restart: runs with their replies, messages that wait to be delivered, and messages that were seen.
 * Every promise resolves when it is on disk. Every method throws McoError `failed/store` when the disk does not do it.
 */
export interface Store {
  readonly runs: RunStore;
  readonly inbox: InboxStore;
  readonly outbox: OutboxStore;
  readonly agents: AgentStore;
  readonly jobs: JobStore;
  /** Made with the store, random and never another's: 16 hex digits. What it names outside is its alone. */
  readonly id: string;
  /** When it was made, ms since the epoch: what was said before is none of its business. */
  readonly bornAt: number;
  /** The moment up to which everything that was said in a chat was taken, ms since the epoch. */
  heardUntil(chat: string): Promise<number | undefined>;
  noteHeard(chat: string, until: number): Promise<void>;
  /** Writes and reads a row back. */
  check(): Promise<void>;
  /** Forgets finished runs, handled messages and delivered posts of before that time (ms since the epoch). */
  forgetBefore(time: number): Promise<void>;
  close(): void;
}

/** What nodes told of agents that the bot does not have itself. */
export interface AgentStore {
  /** By name. */
  all(): Promise<readonly LearnedAgent[]>;
  /** In place of what was kept of it. */
  keep(agent: LearnedAgent): Promise<void>;
  forget(name: string): Promise<void>;
}

/** Whose jobs are waited for. It is forgotten with the run. */
export interface JobStore {
  /** Nodes that are there stay as they are. */
  add(jobs: AwaitedJobs): Promise<void>;
  /** One for each run. */
  all(): Promise<readonly AwaitedJobs[]>;
  /** Takes these nodes off, and adds what tells people why to the outbox: both or nothing. */
  settle(run: string, nodes: readonly string[], items?: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]>;
}

/** Where a run was asked for. */
export interface RunPlace {
  /** `Chat.name`. */
  readonly chat: string;
  readonly channel: string;
  /** The thread that the command was given in. */
  readonly thread?: string | undefined;
}

/** Everything that is needed to show a run again, and to ask the same again: the header's command, parsed anew. */
export interface StoredRun {
  readonly id: string;
  readonly account: string;
  readonly caller: string;
  readonly place: RunPlace;
  /** `ChatMessage.id` of the message that asked for it. */
  readonly message?: string | undefined;
  readonly header: RunHeader;
  /** False where the command holds a secret, which the header's command has masked. */
  readonly isRepeatable: boolean;
  /** What the action is given, with secrets masked: rights to what became of it hang on it. */
  readonly input?: Input | undefined;
  /** Ms since the epoch. */
  readonly startedAt: number;
}

/** What is known of a run by now. */
export interface RunRecord extends StoredRun {
  /** The root message, when it is delivered. */
  readonly root?: PostRef | undefined;
  /** Set where the run needs or needed approval. */
  readonly approval?: StoredApproval | undefined;
  /** The frozen list; undefined until it is known. */
  readonly nodes?: readonly string[] | undefined;
  /** Where so many nodes are asked at a time: what it takes to go on with it after a restart. */
  readonly order?: FrozenOrder | undefined;
  /** The report without its results, when the run is over. */
  readonly end?: Omit<RunReport, 'results'> | undefined;
}

/**
 * Exactly what is approved and then run: nothing in it changes between the two. Its digest is `digestOrder` in
 * src/bot/approval/freeze-order.ts.
 */
export interface FrozenOrder {
  readonly run: string;
  readonly caller: string;
  readonly account: string;
  /** Where it was asked, as policies name it. */
  readonly place: string;
  readonly origin: Origin;
  readonly command: string;
  readonly ask: Ask;
  readonly collective: string;
  readonly options: Options;
  /** With what the policy added to it. */
  readonly filter: Filter;
  readonly isNarrowed: boolean;
  /** Sorted. */
  readonly nodes: readonly string[];
}

/** One person's yes. */
export interface StoredYes {
  readonly by: string;
  readonly account: string;
  readonly place: string;
  readonly at: number;
  readonly digest: string;
}

/** An order that needs approval, and how that stands. It only ever goes from `awaiting` to one of the others. */
export interface StoredApproval {
  readonly order: FrozenOrder;
  readonly digest: string;
  /** Where the rules stand that want it. */
  readonly rules: readonly string[];
  readonly from: string;
  readonly count: number;
  readonly expiresAt: number;
  readonly state: 'awaiting' | 'approved' | 'rejected' | 'withdrawn' | 'expired';
  readonly yes: readonly StoredYes[];
}

/** A request of a run that was about to be sent: answers to it count, also after a restart. */
export interface StoredRequest {
  readonly id: string;
  readonly run: string;
  readonly nodes: readonly string[];
  readonly sentAt: number;
  /** Answers after this moment change nothing any more. */
  readonly waitUntil: number;
}

export interface RunStore {
  /** In the same stroke the message that asked for it is closed in the inbox. */
  begin(run: StoredRun): Promise<void>;
  /** @param order kept with the run where it shall go on after a restart */
  setTargets(run: string, nodes: readonly string[], order?: FrozenOrder): Promise<void>;
  /** The run waits for approval from here on; what tells people so goes to the outbox, both or nothing. */
  park(run: string, approval: StoredApproval, items?: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]>;
  /**
   * Replaces the approval of a run if it is still as it was: awaiting, with so many yeses. False: it is not, and
   * nothing was changed. INVARIANT: of two who decide at the same time one wins.
   */
  changeApproval(run: string, was: StoredApproval, approval: StoredApproval): Promise<boolean>;
  addRequests(requests: readonly StoredRequest[]): Promise<void>;
  addResults(run: string, results: readonly NodeResult[]): Promise<void>;
  /**
   * Ends a run and adds what tells people so to the outbox, both or nothing. Results that are there already stay, the
   * report's others are added. A run that has ended stays as it is, and nothing is added anywhere.
   */
  finish(report: RunReport, items?: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]>;
  find(run: string): Promise<RunRecord | undefined>;
  /** Runs of a place whose id ends like this, newest first, at most ten. */
  findByEnd(place: Pick<RunPlace, 'chat' | 'channel'>, end: string): Promise<readonly RunRecord[]>;
  /** The newest runs of a channel; of one thread or one account, where given. Newest first. */
  list(query: RunQuery): Promise<readonly RunRecord[]>;
  /** Runs that were begun and not finished, those that wait for approval among them. */
  open(): Promise<readonly RunRecord[]>;
  requestsOf(run: string): Promise<readonly StoredRequest[]>;
  /** Sorted by node. */
  resultsOf(run: string): Promise<readonly NodeResult[]>;
}

export interface RunQuery {
  readonly chat: string;
  readonly channel: string;
  /** Runs that were asked for in this thread, and the run whose own thread it is. */
  readonly thread?: string | undefined;
  readonly account?: string | undefined;
  readonly isFinished?: boolean | undefined;
  readonly max: number;
}

export interface SeenMessage {
  /** `Chat.name`. */
  readonly chat: string;
  readonly message: ChatMessage;
  readonly receivedAt: number;
}

/** INVARIANT: a message is claimed once, whatever the service delivers, and nothing is done for it before that. */
export interface InboxStore {
  /** False: it was claimed before. */
  claim(seen: SeenMessage): Promise<boolean>;
  /** Everything has been done for it. */
  close(chat: string, id: string): Promise<void>;
  /** Claimed and not closed, oldest first. */
  open(): Promise<readonly SeenMessage[]>;
}

/** Something to be delivered. A run's root is posted once; edits and replies go to that root and its thread. */
export type Delivery =
  | {
      readonly kind: 'root';
      readonly run: string;
      readonly channel: string;
      readonly thread?: string | undefined;
      readonly card: Card;
    }
  | { readonly kind: 'edit'; readonly run: string; readonly card: Card }
  | { readonly kind: 'reply'; readonly run: string; readonly card: Card }
  | { readonly kind: 'file'; readonly run: string; readonly format: 'csv' | 'json' }
  | { readonly kind: 'post'; readonly channel: string; readonly thread?: string | undefined; readonly card: Card }
  | { readonly kind: 'whisper'; readonly to: Recipient; readonly card: Card };

export interface NewOutboxItem {
  /** `Chat.name`. */
  readonly chat: string;
  /** The items of a lane are delivered one after the other: a run's id, or the id of the message that is answered. */
  readonly lane: string;
  readonly delivery: Delivery;
  /** Not before this moment, ms since the epoch; at most a minute is waited for it. */
  readonly notBefore?: number | undefined;
}

export interface OutboxItem extends NewOutboxItem {
  /** Counts up from 1 for ever: names the item within its store. */
  readonly id: number;
  readonly attempts: number;
  readonly firstTriedAt?: number | undefined;
}

export interface OutboxStore {
  /** Either all of them are there, or none. */
  add(items: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]>;
  /** Not delivered and not given up, in the order they were added. */
  pending(): Promise<readonly OutboxItem[]>;
  /** About to be tried: a crash from here on may have delivered it. */
  noteAttempt(id: number, at: number): Promise<void>;
  /** @param root for a run's root: where it stands; kept with the run */
  noteDelivered(id: number, root?: { readonly run: string; readonly post: PostRef }): Promise<void>;
  /** Given up, with the reason. */
  noteFailed(id: number, reason: string): Promise<void>;
}
