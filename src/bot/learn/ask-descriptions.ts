import type { AgentDescription } from '../../core/agent-description.ts';
import { digestDescription } from '../../core/description-digest.ts';
import { checkDescription } from '../../core/description-schema.ts';
import type { AgentVersion, LearnedAgent } from '../../core/learned-agent.ts';
import type { Reply } from '../../core/reply.ts';
import { sleep } from '../../core/waiting.ts';
import type { Bot } from '../bot.ts';
import { type Run, sealRequest } from '../compose-request.ts';
import { mergeStrictly } from './merge-strictly.ts';

/** First all are asked for the digest, then a few for what is behind it: two seconds together. */
const FIRST_ANSWER_MS = 1000;
const ALL_ANSWERS_MS = 1300;
const QUIET_MS = 300;
const DESCRIPTIONS_MS = 700;
const STEP_MS = 50;

/** How long late answers are no surprise. */
const STRAGGLER_MS = 10_000;

/** How many different descriptions are looked at, and how many nodes are asked for each. */
const MAX_VARIANTS = 5;
const NODES_PER_VARIANT = 2;
const MAX_VERSIONS = 10;

const DIGEST = /^[0-9a-f]{64}$/;
const VERSION = /^\d[0-9A-Za-z.+~-]{0,63}$/;

interface Subject {
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Nodes that say the same of their agent. */
interface Variant extends Omit<AgentVersion, 'nodes'> {
  readonly nodes: string[];
}

/**
 * Asks the nodes that have an agent what it can do. What most of them say counts, and where they differ the stricter
 * word of each; undefined when nobody told anything usable.
 *
 * @param run the question to everybody, for version and digest only
 * @throws McoError `unreachable/*`, or what the signer throws
 */
export async function askDescriptions(bot: Bot, run: Run, subject: Subject): Promise<LearnedAgent | undefined> {
  const variants = await askDigests(bot, run, subject);
  const found = await askVariants(bot, run, { subject, variants: variants.slice(0, MAX_VARIANTS) });
  const known = variants.filter(({ digest }) => found.has(digest));
  const [first, ...others] = known.flatMap(({ digest }) => found.get(digest) ?? []);
  if (first === undefined) return undefined;
  const versions = variants.map(({ version, digest, nodes }) => ({ version, digest, nodes: nodes.length }));
  return {
    description: mergeStrictly(first, others),
    versions: versions.slice(0, MAX_VERSIONS),
    learnedAt: bot.clock.now(),
  };
}

/** Most frequent first. */
async function askDigests(bot: Bot, run: Run, { name, signal }: Subject): Promise<readonly Variant[]> {
  const variants = new Map<string, Variant>();
  let answers = 0;
  const asked = await ask(bot, run, {
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

/** The descriptions behind digests: each is what its digest says, or it does not count. */
async function askVariants(
  bot: Bot,
  run: Run,
  { subject: { name, signal }, variants }: { readonly subject: Subject; readonly variants: readonly Variant[] },
): Promise<ReadonlyMap<string, AgentDescription>> {
  const found = new Map<string, AgentDescription>();
  if (variants.length === 0) return found;
  const done = new AbortController();
  const stop = (): void => done.abort();
  signal.addEventListener('abort', stop);
  const asking = variants
    .flatMap(({ nodes }) => nodes.slice(0, NODES_PER_VARIANT))
    .map((audience) =>
      ask(bot, run, {
        audience,
        brief: false,
        name,
        signal,
        onReply({ data }) {
          const description = readReply(bot, name, data);
          if (description !== undefined) found.set(description.digest, description.description);
          if (variants.every(({ digest }) => found.has(digest))) stop();
        },
      }).catch(() => undefined),
    );
  await sleep(bot.clock, DESCRIPTIONS_MS, done.signal);
  signal.removeEventListener('abort', stop);
  for (const asked of await Promise.all(asking)) asked?.close();
  return found;
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

interface Question {
  readonly audience: string;
  readonly brief: boolean;
  readonly name: string;
  readonly signal: AbortSignal;
  onReply(reply: Reply): void;
}

/** Sends one question; answers that come after `close` are passed over for some seconds more. */
async function ask(bot: Bot, run: Run, question: Question): Promise<{ close(): void }> {
  const { audience, brief, name, signal, onReply } = question;
  const sealed = await sealRequest(bot, run, { ask: { ...run.ask, input: { agent: name, brief } }, audience });
  let isOver = false;
  const forget = bot.collector.open(sealed.id, {
    expects: (sender) => audience === '*' || sender === audience,
    onUnexpected: () => {},
    onReply(reply) {
      if (!isOver && reply.kind === 'result' && reply.status.name === 'ok') onReply(reply);
    },
  });
  const close = (): void => {
    isOver = true;
    bot.clock.after(STRAGGLER_MS, forget);
  };
  const expiresAt = bot.clock.now() + ALL_ANSWERS_MS;
  // Not waited for: the time that a broker takes is part of the two seconds.
  bot.bus.publish({ ...sealed, signal, expiresAt: Math.min(sealed.expiresAt, expiresAt) }).catch(() => close());
  return { close };
}

/** Resolves when nobody at all has answered, when no more do, or when it has taken long enough. */
async function waitForQuiet(bot: Bot, count: () => number, signal: AbortSignal): Promise<void> {
  let quietMs = 0;
  let before = 0;
  for (let elapsedMs = 0; elapsedMs < ALL_ANSWERS_MS && !signal.aborted; elapsedMs += STEP_MS) {
    await sleep(bot.clock, STEP_MS, signal);
    quietMs = count() === before ? quietMs + STEP_MS : 0;
    before = count();
    if (quietMs >= (before === 0 ? FIRST_ANSWER_MS : QUIET_MS)) return;
  }
}
