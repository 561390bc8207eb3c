import type { Input } from './agent-description.ts';
import type { Tell } from './command.ts';
import type { McoError } from './errors.ts';
import type { NodeResult, RunHeader, RunReport } from './report.ts';
import type { RunPlace, StoredApproval } from './store.ts';

/** What the root message of a run shows: one message, edited in place. */
export type RootView =
  | { readonly state: 'discovering'; readonly header: RunHeader; readonly found: number }
  | {
      readonly state: 'running';
      readonly header: RunHeader;
      readonly answered: number;
      readonly targeted: number;
      readonly elapsedMs: number;
      /** The nodes still open, when they are few enough to be named. */
      readonly waitingFor?: readonly string[] | undefined;
      readonly approvedBy?: RunReport['approvedBy'];
    }
  | { readonly state: 'awaiting'; readonly header: RunHeader; readonly awaited: Awaited }
  | { readonly state: 'done'; readonly report: RunReport };

/** What a run waits for, and what exactly is to be approved. */
export interface Awaited {
  /** The frozen list, sorted. */
  readonly nodes: readonly string[];
  /** With secrets masked. */
  readonly input: Input;
  /** Of the frozen order; people see its first six characters. */
  readonly digest: string;
  /** The group whose members may approve. */
  readonly from: string;
  readonly count: number;
  /** Who has approved so far. */
  readonly approvedBy: readonly string[];
  /** Ms since the epoch. */
  readonly expiresAt: number;
  /** Where the rules stand that want it. */
  readonly rules: readonly string[];
}

/** A refusal: visible to the requester alone, and audited. `rules` are where the deciding policy lines stand. */
export interface Refusal {
  readonly outcome: 'DENIED' | 'NOT SENT';
  readonly error: McoError;
  readonly rules: readonly string[];
}

/** Where the answer to one command is shown: a chat channel, a terminal. It knows nothing of runs but these views. */
export interface Surface {
  /** Posts the root message. */
  open(view: RootView): Promise<RunThread>;
  /** Shows something to the requester alone. */
  refuse(refusal: Refusal): Promise<void>;
  tell(answer: Tell): Promise<void>;
  /** Shows a run again that was asked before, with its details. */
  show(report: RunReport): Promise<void>;
}

/** A run's root message and its thread. */
export interface RunThread {
  /**
   * Resolves when people can see the root message. No root, no run.
   *
   * @throws McoError `unreachable/chat-root`, `failed/chat-refused` when they won't
   */
  whenShown(): Promise<void>;
  /** Newest state wins; may be dropped under pressure. */
  update(view: RootView): void;
  /**
   * Keeps the run until somebody approves it, turns the root into the question and appends the frozen list to the thread:
   * in one stroke. Always delivered.
   */
  park(view: Extract<RootView, { state: 'awaiting' }>, approval: StoredApproval): Promise<void>;
  /** Shows who has approved so far. Always delivered. */
  remind(view: Extract<RootView, { state: 'awaiting' }>): Promise<void>;
  /** Turns the root into the summary and appends the details to the thread. Always delivered. */
  finish(report: RunReport): Promise<void>;
  /** Appends what nodes say on their way. May be dropped; never after the end. */
  note(note: RunNote): Promise<void>;
  /** Appends what came after the end. */
  append(late: LateAnswers): Promise<void>;
  /** Appends what came of jobs that were over their time. */
  appendJobs(news: JobNews): Promise<void>;
}

/** What nodes have said on their way since the last time. */
export interface RunNote {
  readonly header: RunHeader;
  /** `node` is left out where there is only one; `isCut`: there was more before. */
  readonly parts: readonly {
    readonly node?: string | undefined;
    readonly text: string;
    readonly isCut: boolean;
  }[];
  /** No other one follows before the end. */
  readonly isLast: boolean;
}

/** Answers that came when the run was closed already. */
export interface LateAnswers {
  readonly header: RunHeader;
  /** Sorted by node. */
  readonly results: readonly NodeResult[];
}

/** What came of jobs that outlived their run, and of which of them nothing more will be told. */
export interface JobNews {
  readonly header: RunHeader;
  /** Sorted by node. */
  readonly results: readonly NodeResult[];
  readonly givenUp: readonly { readonly reason: string; readonly nodes: readonly string[] }[];
}

/** A command as a chat hands it over. */
export interface IncomingMessage {
  readonly text: string;
  /** The text comes from program arguments: there is no trigger, and nothing a chat could have rewritten. */
  readonly isExact?: boolean | undefined;
  /** The platform's stable id of the author: `slack:TEAM/USER`, `console:ana`, `unix:ana`. Never a display name. */
  readonly account: string;
  readonly origin: { readonly chat: string; readonly channel: string; readonly message?: string | undefined };
  /** Where it was said, by the chat's own names; left out where there is no chat. */
  readonly place?: RunPlace | undefined;
  /** `ChatMessage.id`, where a chat delivered it. */
  readonly id?: string | undefined;
}
