import type { LearnedAgent } from '../../core/learned-agent.ts';
import { sleep } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import { ALL_ANSWERS_MS, askDescribe, type Subject } from './ask-describe.ts';
import { askVariants } from './ask-variants.ts';
import { type Variant, weighVariants } from './weigh-variants.ts';

/** When nobody at all has told of an agent by then, it is taken for a word that means nothing. */
const FIRST_ANSWER_MS = 1500;

/**
 * First all are asked for the digest, then a few for what is behind it. Listening ends when nobody new has answered for
 * this long, or for half as long as it has taken so far: nodes that are slow, or far away, count too.
 */
const QUIET_MS = 700;
const STEP_MS = 50;

const MAX_VERSIONS = 10;

const DIGEST = /^[0-9a-f]{64}$/;
const VERSION = /^\d[0-9A-Za-z.+~-]{0,63}$/;

/** What came of asking. */
export interface Told {
  /** Undefined when nobody told anything usable, or not enough of them. */
  readonly learned?: LearnedAgent | undefined;
  /** Why nothing was learned from what they told, or why it is stricter than that. */
  readonly reason?: string | undefined;
}

/**
 * Asks the nodes that have an agent what it can do. What most of them say counts, and where they differ the stricter
 * word of each.
 *
 * @param run the question to everybody, for version and digest only
 * @throws McoError `unreachable/*`, or what the signer throws
 */
export async function askDescriptions(bot: Bot, run: Run, subject: Subject): Promise<Told> {
  const variants = await askDigests(bot, run, subject);
  const found = await askVariants(bot, run, { subject, variants });
  // Half of the answers would make it stricter than it is for ten minutes.
  if (subject.signal.aborted) return { reason: 'cancelled before all was told' };
  const { description, reason } = weighVariants(variants, found);
  if (description === undefined) return { reason };
  const versions = variants.slice(0, MAX_VERSIONS).map(({ version, digest, nodes }) => ({
    // What was had says it itself; of the others the first node's word is all there is.
    version: found.get(digest)?.version ?? version,
    digest,
    nodes: nodes.length,
  }));
  return { learned: { description, versions, learnedAt: bot.clock.now() }, reason };
}

/** Most frequent first. */
async function askDigests(bot: Bot, run: Run, { name, signal }: Subject): Promise<readonly Variant[]> {
  const variants = new Map<string, Variant & { readonly nodes: string[] }>();
  let answers = 0;
  const asked = await askDescribe(bot, run, {
    audience: '*',
    brief: true,
    name,
    signal,
    onReply({ sender, data }) {
      answers += 1;
      const { version, digest } = data;
      if (typeof version !== 'string' || typeof digest !== 'string') return;
      if (!VERSION.test(version) || !DIGEST.test(digest)) return;
      const variant = variants.get(digest) ?? { version, digest, nodes: [] };
      variants.set(digest, variant);
      variant.nodes.push(sender);
    },
  });
  await waitForQuiet(bot, () => answers, signal);
  asked.close();
  return [...variants.values()].sort((a, b) => b.nodes.length - a.nodes.length || (a.digest < b.digest ? -1 : 1));
}

/** Resolves when nobody at all has answered, when no more do, or when it has taken long enough. */
async function waitForQuiet(bot: Bot, count: () => number, signal: AbortSignal): Promise<void> {
  let quietMs = 0;
  let before = 0;
  for (let elapsedMs = STEP_MS; elapsedMs <= ALL_ANSWERS_MS && !signal.aborted; elapsedMs += STEP_MS) {
    await sleep(bot.clock, STEP_MS, signal);
    quietMs = count() === before ? quietMs + STEP_MS : 0;
    before = count();
    if (quietMs >= (before === 0 ? FIRST_ANSWER_MS : Math.max(QUIET_MS, elapsedMs / 2))) return;
  }
}
