import type { ChatMessage, PostRef } from '../../../src/core/chat.ts';
import type { InboxStore, OutboxItem, OutboxStore, RunStore, Store, StoredRun } from '../../../src/core/store.ts';

/** One thing that was to be delivered, and what became of it. */
export interface Entry {
  readonly item: OutboxItem;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  reason?: string;
}

/** What went through a store: everything that the bot took, began and delivered. */
export interface Ledger {
  /** By the message's id; only those that were claimed for the first time. */
  readonly claims: ReadonlyMap<string, ChatMessage & { readonly chat: string }>;
  readonly claimedTwice: readonly string[];
  /** Deliveries of messages that had been claimed before. */
  readonly repeats: number;
  readonly runs: ReadonlyMap<string, StoredRun>;
  readonly entries: ReadonlyMap<number, Entry>;
  readonly roots: ReadonlyMap<string, PostRef>;
}

type Told = (root: PostRef, run: StoredRun) => void;

export interface LedgerParts {
  /** Is told when a run's root message is there. */
  readonly onRoot: Told;
  /** What was said in a message. */
  readonly textOf: (id: string) => string;
}

/** The same store, and a ledger of what passes through it. */
export function keepLedger(store: Store, { onRoot, textOf }: LedgerParts): { store: Store; ledger: Ledger } {
  const claims = new Map<string, ChatMessage & { readonly chat: string }>();
  const runs = new Map<string, StoredRun>();
  const entries = new Map<number, Entry>();
  const roots = new Map<string, PostRef>();
  const claimedTwice: string[] = [];
  let repeats = 0;
  const note = (items: readonly OutboxItem[]): readonly OutboxItem[] => {
    for (const item of items) entries.set(item.id, { item, state: 'waiting', attempts: 0 });
    return items;
  };
  const inbox: InboxStore = {
    ...store.inbox,
    async claim(seen) {
      const isNew = await store.inbox.claim(seen);
      const { id } = seen.message;
      if (!isNew) repeats++;
      else if (claims.has(id)) claimedTwice.push(id);
      else claims.set(id, { ...seen.message, text: textOf(id), chat: seen.chat });
      return isNew;
    },
  };
  const runStore: RunStore = {
    ...store.runs,
    async begin(run) {
      await store.runs.begin(run);
      runs.set(run.id, run);
    },
    finish: async (report, items) => note(await store.runs.finish(report, items)),
  };
  const outbox: OutboxStore = {
    ...store.outbox,
    add: async (items) => note(await store.outbox.add(items)),
    async noteAttempt(id, at) {
      await store.outbox.noteAttempt(id, at);
      const entry = entries.get(id);
      if (entry !== undefined) entry.attempts++;
    },
    async noteDelivered(id, root) {
      await store.outbox.noteDelivered(id, root);
      const entry = entries.get(id);
      if (entry !== undefined) entry.state = 'delivered';
      if (root === undefined) return;
      roots.set(root.run, root.post);
      onRoot(root.post, runs.get(root.run) as StoredRun);
    },
    async noteFailed(id, reason) {
      await store.outbox.noteFailed(id, reason);
      const entry = entries.get(id);
      if (entry !== undefined) Object.assign(entry, { state: 'failed', reason });
    },
  };
  const ledger: Ledger = {
    claims,
    claimedTwice,
    runs,
    entries,
    roots,
    get repeats() {
      return repeats;
    },
  };
  return { store: { ...store, inbox, runs: runStore, outbox }, ledger };
}
