import { createOutbox, type OutboxOptions } from '../../../../src/bot/conversation/outbox.ts';
import type { Card } from '../../../../src/core/card.ts';
import type { Delivery, NewOutboxItem, OutboxItem, Store } from '../../../../src/core/store.ts';
import { createFakeChat } from '../../../fakes/fake-chat.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';
import { createFakeLife } from '../../../fakes/fake-life.ts';
import { createMemoryStore } from '../../../fakes/memory-store.ts';

export const RUN = '01890000-0000-7000-8000-0000000000aa';

export const cardOf = (header: string): Card => ({ header, body: [] });

/** Something to be posted to the channel. */
export const posting = (lane: string, text: string, notBefore?: number): NewOutboxItem => ({
  chat: 'slack:T1',
  lane,
  delivery: { kind: 'post', channel: 'C1', card: cardOf(text) },
  notBefore,
});

/** Something of the run's. */
export const ofRun = (delivery: Delivery): NewOutboxItem => ({ chat: 'slack:T1', lane: RUN, delivery });

export const rootItem = ofRun({ kind: 'root', run: RUN, channel: 'C1', card: cardOf('root') });
export const editItem = ofRun({ kind: 'edit', run: RUN, card: cardOf('end') });
export const replyItem = ofRun({ kind: 'reply', run: RUN, card: cardOf('details') });

export const whisperItem: NewOutboxItem = {
  chat: 'slack:T1',
  lane: 'm1',
  delivery: { kind: 'whisper', to: { account: 'slack:T1/ana', channel: 'C1' }, card: cardOf('psst') },
};

/** An outbox over a store in memory. `restart` is a new process over the same store and chat. */
export async function createOutboxScene(options: Partial<OutboxOptions> = {}) {
  const clock = createFakeClock();
  const disk = createMemoryStore(clock);
  const chat = createFakeChat(clock);
  const problems: string[] = [];
  const givenUp: { readonly item: OutboxItem; readonly code: string }[] = [];
  const create = () => {
    const life = createFakeLife();
    const store: Store = life.guard(disk);
    const outbox = createOutbox({
      store,
      chats: new Map([[chat.name, life.guard(chat)]]),
      clock: life.guardClock(clock),
      drawFile: (run, format) => Promise.resolve({ name: `x.${format}`, title: run.id, content: 'a,b' }),
      endProgress: () => Promise.resolve(true),
      onGivenUp: (item, { code }) => void givenUp.push({ item, code }),
      onProblem: ({ code }) => void problems.push(code),
      ...options,
    });
    return { outbox, store, life };
  };
  const { place, ...run } = { place: { chat: chat.name, channel: 'C1' }, id: RUN };
  await disk.runs.begin({
    ...run,
    place,
    account: 'slack:T1/ana',
    caller: 'person:ana',
    header: {
      run: RUN,
      caller: 'person:ana',
      command: 'find',
      agent: 'rpcutil',
      action: 'ping',
      effect: 'read',
      view: 'names',
      options: { format: 'text', noProgress: false, quiet: false, verbose: false },
    },
    isRepeatable: true,
    startedAt: clock.now(),
  });
  const startedAt = clock.now();
  return {
    clock,
    disk,
    chat,
    problems,
    givenUp,
    create,
    ...create(),
    settle,
    /** What was called when, in ms since the start. */
    calls: () => chat.calls.map(({ name, text, at }) => `${at - startedAt} ${name} ${text.split('\n')[0]}`),
    tries: () =>
      chat.calls.map(({ firstTriedAt }) => (firstTriedAt === undefined ? undefined : firstTriedAt - startedAt)),
  };
}
