import type { AgentDescription } from '../../core/agent-description.ts';
import { digestDescription } from '../../core/description-digest.ts';
import { checkDescription } from '../../core/description-schema.ts';
import type { Reply } from '../../core/reply.ts';
import { sleep } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import { askDescribe, type Subject } from './ask-describe.ts';
import type { Variant } from './weigh-variants.ts';

/** How many different descriptions are looked at; of each, a few nodes are asked at a time until one delivers. */
const MAX_VARIANTS = 5;
const ROUNDS = 3;
const NODES_PER_ROUND = 2;

/** How long until others are asked. What comes later still counts until the last round is over; when all is told it ends. */
const ROUND_MS = 400;
const LAST_ROUND_MS = 1000;

interface Asking {
  readonly subject: Subject;
  /** Most frequent first. */
  readonly variants: readonly Variant[];
}

/** The descriptions behind digests, by digest: each is what its digest says, or it does not count. */
export async function askVariants(
  bot: Bot,
  run: Run,
  { subject, variants }: Asking,
): Promise<ReadonlyMap<string, AgentDescription>> {
  const { name, signal } = subject;
  const found = new Map<string, AgentDescription>();
  const wanted = shuffleNodes(bot, variants.slice(0, MAX_VARIANTS));
  const done = new AbortController();
  const stop = (): void => done.abort();
  signal.addEventListener('abort', stop);
  const onReply = ({ data }: Reply): void => {
    const description = readReply(bot, name, data);
    if (description !== undefined) found.set(description.digest, description.description);
    if (wanted.every(({ digest }) => found.has(digest))) stop();
  };
  const asking: Promise<{ close(): void } | undefined>[] = [];
  for (let round = 0; round < ROUNDS && !done.signal.aborted && !signal.aborted; round++) {
    const nodes = wanted.flatMap((variant) => (found.has(variant.digest) ? [] : selectRound(variant, round)));
    if (nodes.length === 0 && asking.length === 0) break;
    for (const audience of nodes) {
      asking.push(askDescribe(bot, run, { audience, brief: false, ...subject, onReply }).catch(() => undefined));
    }
    await sleep(bot.clock, round < ROUNDS - 1 ? ROUND_MS : LAST_ROUND_MS, done.signal);
  }
  signal.removeEventListener('abort', stop);
  for (const asked of await Promise.all(asking)) asked?.close();
  return found;
}

const selectRound = ({ nodes }: Variant, round: number): readonly string[] =>
  nodes.slice(round * NODES_PER_ROUND, (round + 1) * NODES_PER_ROUND);

/** INVARIANT: whom the bot asks is up to nobody else: not to who answers first, nor to what a node is called. */
function shuffleNodes({ hash, newId }: Bot, variants: readonly Variant[]): readonly Variant[] {
  // No node ever sees this identifier, so none can tell where it comes in the order.
  const salt = newId();
  const rank = (node: string): string => hash(`${salt} ${node}`);
  const shuffle = (nodes: readonly string[]): string[] =>
    nodes
      .map((node) => ({ node, at: rank(node) }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ node }) => node);
  return variants.map((variant) => ({ ...variant, nodes: shuffle(variant.nodes) }));
}

/** INVARIANT: what a node sends is checked as a file of strangers is, and named by what it says, not by what it is called. */
function readReply(
  { hash }: Bot,
  name: string,
  data: Reply['data'],
): { readonly digest: string; readonly description: AgentDescription } | undefined {
  try {
    const description = checkDescription(data.description);
    return description.agent === name ? { digest: digestDescription(hash, description), description } : undefined;
  } catch {
    return undefined;
  }
}
