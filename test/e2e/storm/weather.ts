import { between, createRandom, pick } from '../../../src/adapters/simulation/seeded-random.ts';
import type { Clock } from '../../../src/core/ports.ts';
import type { MattermostServer } from '../../servers/mattermost/types.ts';
import type { SlackServer } from '../../servers/slack/slack-types.ts';

/** Bad weather over a chat service, until it is told to calm down. */
export interface Weather {
  /** What it did, and how often: `429 chat.update`, `drop after POST /posts`, `sockets cut`. */
  readonly deeds: ReadonlyMap<string, number>;
  calm(): void;
}

type Trouble =
  | { readonly status: 429; readonly retryAfter: number }
  | { readonly status: 500 | 503 }
  | { readonly drop: 'before' | 'after' }
  | { readonly delayMs: number };

type Random = () => number;

/** One call in eight goes wrong in some way. */
function pickTrouble(random: Random): Trouble | undefined {
  const chance = random();
  if (chance < 0.025) return { status: 429, retryAfter: between(random, 1, 8) };
  if (chance < 0.045) return { status: random() < 0.5 ? 500 : 503 };
  if (chance < 0.06) return { drop: 'before' };
  if (chance < 0.08) return { drop: 'after' };
  // Some are slower than the bot has patience for.
  if (chance < 0.12) return { delayMs: random() < 0.1 ? between(random, 9000, 14_000) : between(random, 200, 4000) };
  return undefined;
}

function nameTrouble(trouble: Trouble): string {
  if ('status' in trouble) return String(trouble.status);
  return 'drop' in trouble ? `drop ${trouble.drop}` : 'delay';
}

function createCounter() {
  const deeds = new Map<string, number>();
  return { deeds, count: (deed: string) => void deeds.set(deed, (deeds.get(deed) ?? 0) + 1) };
}

/** Calls one of the `blows` every now and then; the returned function ends that. */
function strikeRegularly(clock: Clock, random: Random, blows: readonly [() => void, ...(() => void)[]]): () => void {
  let cancel = (): void => {};
  const wait = (): void => {
    cancel = clock.after(between(random, 8000, 45_000), () => {
      pick(random, blows)();
      wait();
    });
  };
  wait();
  return () => cancel();
}

const countCopies = (random: Random): number => (random() < 0.12 ? between(random, 1, 2) : 0);

export function stormOverSlack(server: SlackServer, clock: Clock, seed: string): Weather {
  const random = createRandom(`slack weather ${seed}`);
  const { chaos } = server;
  const { deeds, count } = createCounter();
  chaos.onCall = ({ method }) => {
    const trouble = pickTrouble(random);
    if (trouble === undefined) return undefined;
    count(`${nameTrouble(trouble)} ${method}`);
    return 'delayMs' in trouble ? { ...trouble, effect: random() < 0.5 ? 'at-once' : 'later' } : trouble;
  };
  chaos.redeliver = (kind) => {
    const copies = countCopies(random);
    if (copies > 0) count(`redelivered ${kind}`);
    return copies;
  };
  const cutOne = (): void => {
    count('socket cut');
    chaos.dropSocket();
  };
  const cutAll = (): void => {
    count('all sockets cut');
    chaos.dropSockets();
  };
  const retire = (): void => {
    count('sockets retired');
    chaos.disconnect(random() < 0.5 ? 'warning' : 'refresh_requested');
  };
  const stop = strikeRegularly(clock, random, [cutOne, cutOne, cutAll, retire]);
  return {
    deeds,
    calm() {
      stop();
      chaos.onCall = undefined;
      chaos.redeliver = undefined;
    },
  };
}

export function stormOverMattermost(server: MattermostServer, clock: Clock, seed: string): Weather {
  const random = createRandom(`mattermost weather ${seed}`);
  const { chaos } = server;
  const { deeds, count } = createCounter();
  chaos.onCall = ({ method, path }) => {
    const trouble = pickTrouble(random);
    if (trouble === undefined) return undefined;
    count(`${nameTrouble(trouble)} ${method} ${path.replace(/^\/api\/v4/, '').replace(/[a-z0-9]{26}/g, ':id')}`);
    return trouble;
  };
  const copy = (what: string) => (): number => {
    const copies = countCopies(random);
    if (copies > 0) count(`duplicated ${what}`);
    return copies;
  };
  chaos.duplicateCommand = copy('command');
  chaos.duplicatePress = copy('press');
  const cut = (): void => {
    count('sockets cut');
    chaos.dropSockets();
  };
  const stop = strikeRegularly(clock, random, [cut]);
  return {
    deeds,
    calm() {
      stop();
      chaos.onCall = undefined;
      chaos.duplicateCommand = undefined;
      chaos.duplicatePress = undefined;
    },
  };
}
