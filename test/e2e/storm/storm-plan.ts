import { between, createRandom, pick } from '../../../src/adapters/simulation/seeded-random.ts';
import { SLOW } from './storm-fleet.ts';

export const PLATFORMS = ['slack', 'mattermost'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** `cancelled` ones are slow, and a second person stops them; `tell` is answered by the bot itself. */
export type ErrandKind = 'read' | 'write' | 'denied' | 'stranger' | 'misspelt' | 'tell' | 'cancelled';

export type Way = 'slash' | 'mention' | 'thread' | 'direct';

/** One command of one person. */
export interface Errand {
  /** Stands in the text, and in no other command's. */
  readonly tag: string;
  readonly kind: ErrandKind;
  readonly platform: Platform;
  readonly person: number;
  /** Somebody else, who may do the same. */
  readonly second: number;
  readonly channel: number;
  readonly way: Way;
  /** Without the trigger. */
  readonly text: string;
  /** After the one before, on the same platform. */
  readonly pauseMs: number;
}

export const CHANNELS = 20;
/** These may read, the following ones write; the last one is nobody whom the policy knows. */
export const VIEWERS = 4;
export const OPERATORS = 8;
export const STRANGER = VIEWERS + OPERATORS;
export const NAMES: readonly string[] = [
  ...Array.from({ length: VIEWERS }, (_, index) => `vera${index}`),
  ...Array.from({ length: OPERATORS }, (_, index) => `otto${index}`),
  'stranger',
];

/** Slack takes 50 edits a minute, and every run ends in one: so many commands a minute leave room for retries. */
const COMMANDS_A_MINUTE = 36;

/** Somebody else can't cancel what is asked for in a direct message. */
const WAYS: Readonly<Record<'usual' | 'tell' | 'cancelled', readonly [Way, ...Way[]]>> = {
  usual: ['slash', 'slash', 'slash', 'mention', 'mention', 'thread', 'direct'],
  tell: ['mention', 'direct'],
  cancelled: ['slash', 'mention', 'thread'],
};

type Random = () => number;

/** @param count of all commands, half of them for each platform */
export function planErrands(seed: string, count: number): Errand[] {
  const random = createRandom(`plan ${seed}`);
  return Array.from({ length: count }, (_, index) => planErrand(random, index));
}

function planErrand(random: Random, index: number): Errand {
  const kind = pickKind(random);
  const tag = `${kind === 'cancelled' ? SLOW : 'pkg'}${String(index).padStart(5, '0')}`;
  const operator = VIEWERS + between(random, 0, OPERATORS - 1);
  const person = { denied: between(random, 0, VIEWERS - 1), stranger: STRANGER }[kind as string] ?? operator;
  const second = VIEWERS + ((operator - VIEWERS + between(random, 1, OPERATORS - 1)) % OPERATORS);
  // Nothing in the text of a `tell` names it, so it must be one whose id people know: no slash command.
  const ways = WAYS[kind === 'tell' || kind === 'cancelled' ? kind : 'usual'];
  const way = pick(random, ways);
  const pauseMs = Math.round(-Math.log(1 - random()) * (60_000 / COMMANDS_A_MINUTE));
  return {
    tag,
    kind,
    platform: PLATFORMS[index % 2] as Platform,
    person,
    second,
    channel: between(random, 0, CHANNELS - 1),
    way,
    text: writeText(random, kind, tag),
    pauseMs,
  };
}

function pickKind(random: Random): ErrandKind {
  const chance = random();
  if (chance < 0.48) return 'read';
  if (chance < 0.72) return 'write';
  if (chance < 0.79) return 'denied';
  if (chance < 0.82) return 'stranger';
  if (chance < 0.9) return 'misspelt';
  return chance < 0.94 ? 'tell' : 'cancelled';
}

function writeText(random: Random, kind: ErrandKind, tag: string): string {
  switch (kind) {
    case 'read':
    case 'stranger':
      return pick(random, [
        `package status ${tag} --timeout 6`,
        `package ${tag} status --timeout 6 -I node1 -I node4 -I node7`,
        `service status ${tag} --timeout 6`,
        `facts ${tag} --timeout 6`,
        `package status ${tag} --timeout 6 --limit 3`,
      ]);
    case 'write':
    case 'denied':
      return pick(random, [
        `package update ${tag} --timeout 6`,
        `package update ${tag} --timeout 6 -I node2 -I node3`,
        `package update ${tag} --timeout 6 --batch 4`,
      ]);
    case 'misspelt':
      return pick(random, [`package staus ${tag}`, `pakage status ${tag}`, `package status ${tag} --timout 6`]);
    case 'tell':
      return pick(random, ['help', 'help package', 'whoami', 'runs']);
    case 'cancelled':
      return `package status ${tag} --timeout 25`;
  }
}
