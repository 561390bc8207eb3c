import type { Delivery } from '../../../src/core/store.ts';
import { checkCounts } from './check-counts.ts';
import { checkRoots } from './check-roots.ts';
import { checkWhispers } from './check-whispers.ts';
import type { Crowd, SeenPost } from './crowd.ts';
import type { Entry } from './ledger.ts';
import type { DoneErrand, Storm } from './run-storm.ts';

/** Everything that is not as it has to be, in words; empty when all is well. */
export async function checkStorm(storm: Storm): Promise<string[]> {
  const { crowds } = storm.world;
  return [
    ...checkMessages(storm),
    ...checkDeliveries(storm),
    ...Object.values(crowds).flatMap((crowd) => checkPosts(storm, crowd)),
    ...Object.values(crowds).flatMap((crowd) => checkWhispers(storm, crowd)),
    ...(await checkRoots(storm)),
    ...(await checkCounts(storm)),
  ];
}

/** Each command was taken at most once, and what was taken had one run or an explained refusal. */
function checkMessages({ world, done }: Storm): string[] {
  const { claims, claimedTwice, runs, entries } = world.ledger;
  const runsOf = groupBy([...runs.values()], ({ message }) => message ?? '');
  const answersOf = groupBy(
    [...entries.values()].filter(({ item }) => item.delivery.kind === 'whisper' || item.delivery.kind === 'post'),
    ({ item }) => item.lane,
  );
  const typed = [...claims.keys()].filter((id) => !id.startsWith('click:'));
  const byTag = groupBy(typed, (id) => /\b(?:pkg|slow)\d{5}\b/.exec(claims.get(id)?.text ?? '')?.[0] ?? '');
  return [
    ...claimedTwice.map((id) => `message ${id} was claimed twice`),
    ...[...claims.keys()].flatMap((id) => {
      const [begun, told] = [runsOf.get(id)?.length ?? 0, answersOf.get(id)?.length ?? 0];
      if (begun > 1) return [`message ${id} began ${begun} runs`];
      return begun + told === 0 ? [`message ${id} was never answered`] : [];
    }),
    ...done.flatMap((errand) => {
      const taken =
        errand.kind === 'tell' ? [errand.sent.id ?? ''].filter((id) => claims.has(id)) : byTag.get(errand.tag);
      return checkErrand(errand, { taken: taken ?? [], runs: (id) => runsOf.get(id)?.length ?? 0 });
    }),
  ];
}

function checkErrand(
  { tag, kind, platform, way, sent }: DoneErrand,
  { taken, runs }: { taken: readonly string[]; runs: (message: string) => number },
): string[] {
  const name = `${tag} (${kind}, ${way} on ${platform})`;
  if (taken.length > 1) return [`${name} was taken ${taken.length} times`];
  const [message] = taken;
  if (message === undefined) return sent.state === 'taken' ? [`${name} was acknowledged and not taken`] : [];
  const mayRun = kind === 'read' || kind === 'write' || kind === 'cancelled';
  const isRun = runs(message) > 0;
  return isRun === mayRun ? [] : [`${name} ${isRun ? 'ran' : 'did not run'}`];
}

/** Nothing was given up, and nothing waits. */
function checkDeliveries({ world }: Storm): string[] {
  const left = [...world.ledger.entries.values()].filter(({ state }) => state !== 'delivered');
  return left.map(({ item, state, reason }) => `a ${item.delivery.kind} of ${item.lane} is ${state}: ${reason ?? ''}`);
}

/** Each root, reply, post and file is there once, where it belongs, and nothing else of the bot's is. */
function checkPosts(storm: Storm, crowd: Crowd): string[] {
  const { entries, roots } = storm.world.ledger;
  const posts = crowd.posts();
  const byKey = groupBy(posts, ({ key }) => key ?? '');
  const byId = new Map(posts.map((post) => [post.id, post]));
  const explained = new Set<string>();
  const problems: string[] = [];
  for (const entry of entries.values()) {
    if (entry.item.chat !== crowd.chat || entry.state !== 'delivered') continue;
    const place = placeOf(entry, roots);
    if (place === undefined) continue;
    const found = new Map(
      (byKey.get(crowd.showKey(`mco:${storm.world.store.id}:${entry.item.id}`)) ?? []).map((post) => [post.id, post]),
    );
    // Mattermost forgets a root's key with its first edit, and Slack's files have none.
    if (entry.item.delivery.kind === 'root') addKnown(found, byId.get(place.root ?? ''));
    if (place.file !== undefined && found.size === 0)
      for (const post of findFiles(posts, place)) found.set(post.id, post);
    const name = `${entry.item.delivery.kind} ${entry.item.id} of ${entry.item.lane}`;
    if (found.size !== 1) problems.push(`${name} is there ${found.size} times, after ${entry.attempts} attempts`);
    for (const post of found.values()) {
      explained.add(post.id);
      if (post.channel !== place.channel) problems.push(`${name} stands in ${post.channel}, not ${place.channel}`);
      if (post.thread !== place.thread) problems.push(`${name} stands in thread ${post.thread}, not ${place.thread}`);
    }
  }
  const others = posts.filter(({ id }) => !explained.has(id));
  return [
    ...problems,
    ...others.map(({ id, text }) => `${crowd.platform}: nobody sent post ${id}: ${text.slice(0, 80)}`),
  ];
}

interface Place {
  readonly channel: string;
  readonly thread: string | undefined;
  readonly root?: string | undefined;
  readonly file?: string | undefined;
}

/** Where an item makes a post; undefined when it makes none. */
function placeOf({ item: { delivery } }: Entry, roots: Storm['world']['ledger']['roots']): Place | undefined {
  if (delivery.kind === 'post') return { channel: delivery.channel, thread: delivery.thread };
  if (delivery.kind === 'whisper' || delivery.kind === 'edit') return undefined;
  const root = roots.get(delivery.run);
  if (root === undefined) return { channel: 'nowhere', thread: undefined };
  if (delivery.kind === 'root') return { channel: root.channel, thread: delivery.thread, root: root.id };
  const file = delivery.kind === 'file' ? fileOf(delivery) : undefined;
  return { channel: root.channel, thread: root.thread ?? root.id, file };
}

const fileOf = ({ run, format }: Extract<Delivery, { kind: 'file' }>): string => `${run.slice(-4)}.${format}`;

const findFiles = (posts: readonly SeenPost[], { channel, thread, file = '' }: Place): SeenPost[] =>
  posts.filter((post) => post.channel === channel && post.thread === thread && post.files.includes(file));

function addKnown(found: Map<string, SeenPost>, post: SeenPost | undefined): void {
  if (post !== undefined) found.set(post.id, post);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
