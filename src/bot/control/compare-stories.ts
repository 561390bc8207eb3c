import type { AuditRecord } from '../../core/audit.ts';
import type { McoError } from '../../core/errors.ts';
import { type Deed, deedsOf } from './node-deeds.ts';

/** What a node tells of a run, or why it tells nothing. */
export type NodeStory =
  | { readonly records: readonly AuditRecord[]; readonly truncated: boolean }
  | { readonly silence: string };

/** Where two records of the same thing do not agree. */
export interface Difference {
  /** Undefined: it is about the run as a whole. */
  readonly node?: string | undefined;
  readonly text: string;
  /** It contradicts nothing: the node tells nothing, or not enough to say. */
  readonly isSilence?: boolean | undefined;
}

/** What the bot and the nodes have on record about one run, side by side. */
export interface Comparison {
  readonly run: string;
  /** How many nodes were compared. */
  readonly nodes: number;
  readonly differences: readonly Difference[];
  /** Why not all nodes were asked, where that is so. */
  readonly problem?: McoError | undefined;
}

/** Nobody is told so by a node that did not begin. */
const RAN: ReadonlySet<string> = new Set(['ok', 'timeout']);

/** How the bot records a node that it was told nothing by. */
const UNHEARD: Readonly<Record<string, string>> = {
  silent: 'the bot heard nothing',
  unknown: 'the bot heard nothing, as the broker was lost or the run was cancelled',
  notSent: 'the bot says that nothing was sent',
};

/** What the bot has on record about one run. */
interface BotStory {
  readonly intent: AuditRecord | undefined;
  readonly answers: ReadonlyMap<string, AuditRecord>;
}

/** The nodes that the bot's records of a run name: those that it meant to ask, and those that answered. */
export function nodesOfRun(records: readonly AuditRecord[]): readonly string[] {
  const named = records.flatMap(({ event, nodes = [], node }) => {
    if (event === 'intent') return nodes;
    return event === 'answered' && node !== undefined ? [node] : [];
  });
  return [...new Set(named)].sort();
}

/**
 * Everything in which the nodes' records of a run differ from the bot's. Empty: the stories agree.
 *
 * @param bot the bot's records of that run
 * @param nodes what each node tells of it
 */
export function compareStories(
  bot: readonly AuditRecord[],
  nodes: ReadonlyMap<string, NodeStory>,
): readonly Difference[] {
  const answers = new Map<string, AuditRecord>();
  for (const record of bot) {
    // The first one counts, as in the run itself.
    if (record.event === 'answered' && record.node !== undefined && !answers.has(record.node)) {
      answers.set(record.node, record);
    }
  }
  const intent = bot.find(({ event }) => event === 'intent');
  const whole: readonly Difference[] =
    intent === undefined ? [{ text: 'the bot has no record of what it was about to send' }] : [];
  const ofNodes = [...nodes].flatMap(([node, story]) =>
    compareNode(node, story, { intent, answers }).map((found) => ({ node, ...found })),
  );
  return [...whole, ...ofNodes];
}

function compareNode(
  node: string,
  story: NodeStory,
  { intent, answers }: BotStory,
): readonly Omit<Difference, 'node'>[] {
  if ('silence' in story) return [{ text: `does not tell: ${story.silence}`, isSilence: true }];
  const answer = answers.get(node);
  const action = intent?.action ?? answer?.action;
  const deeds = deedsOf(story.records).filter((deed) => deed.action === action || deed.action !== 'rpcutil.ping');
  const main = findDeed(deeds, action, answer?.request);
  const isLook = isLookAtJobs(intent);
  const others = deeds.filter((deed) => deed !== main && deed.ran && !isPing(deed.action) && !isLook);
  const isListed = intent?.nodes?.includes(node) === true;
  // What was written meanwhile may have pushed the record of it out of the answer.
  if (main === undefined && story.truncated && isTold(answer?.result)) {
    return [
      {
        text: `does not tell: the bot was told \`${answer?.result}\`, the node told of its newest records only`,
        isSilence: true,
      },
    ];
  }
  const texts = [
    ...(main?.ran === true && !isListed ? ["ran it, and is not on the bot's list"] : []),
    ...compareEnds(main, { told: answer?.result, isSummed: isPing(action) || isLook, isListed }),
    ...(main?.begun === true && intent !== undefined ? compareOrders(main, intent) : []),
    ...others.map((deed) => `ran ${deed.action} by request ${deed.request}, of which the bot has no record`),
  ];
  return texts.map((text) => ({ text }));
}

const isTold = (result: string | undefined): boolean => result !== undefined && UNHEARD[result] === undefined;

/**
 * The bot asks again and again, by itself, what came of the jobs of a run that is over: for no frozen list, and of the answers
 * the end of the job is on record, with that run.
 */
const isLookAtJobs = (intent: AuditRecord | undefined): boolean =>
  intent?.action === 'job.show' && intent.digest === undefined;

const isPing = (action: string | undefined): boolean => action === 'rpcutil.ping';

/** By its request where the bot knows that; what it had no answer to is the last one that ran, or was turned down. */
function findDeed(deeds: readonly Deed[], action: string | undefined, request: string | undefined): Deed | undefined {
  if (request !== undefined) return deeds.find((deed) => deed.request === request);
  const same = deeds.filter((deed) => deed.action === action);
  return same.findLast(({ ran }) => ran) ?? same.at(-1);
}

interface Told {
  /** What the bot was told, a status name; or why it was told nothing. */
  readonly told: string | undefined;
  /** Whether its answers are not on record one by one: those to a ping are discovery's. */
  readonly isSummed: boolean;
  readonly isListed: boolean;
}

function compareEnds(deed: Deed | undefined, { told, isSummed, isListed }: Told): string[] {
  const nodeSays = deed === undefined ? undefined : describeDeed(deed);
  const unheard = told === undefined ? undefined : UNHEARD[told];
  if (unheard !== undefined) return nodeSays === undefined ? [] : [`${unheard}, the node ${nodeSays}`];
  if (told === undefined) {
    if (isSummed) return [];
    if (nodeSays !== undefined) return [`the bot has no record of an answer, the node ${nodeSays}`];
    return isListed ? ['neither the bot nor the node has a record of how it ended'] : [];
  }
  const botSays = `the bot was told \`${told}\``;
  if (deed === undefined) return [`${botSays}, the node has no record of it`];
  if (deed.ran) return deed.begun && deed.ended === told ? [] : [`${botSays}, the node ${describeDeed(deed)}`];
  return RAN.has(told) ? [`${botSays}, the node ${describeDeed(deed)}`] : [];
}

function describeDeed({ ran, begun, ended, code }: Deed): string {
  if (ran && !begun) return `has no record of its beginning, but of its end: \`${ended}\``;
  if (!ran) return `turned it down${code === undefined ? '' : ` (${code})`}`;
  return ended === undefined ? 'began it and has no record of its end' : `ran it: \`${ended}\``;
}

/** Whether the node was asked for what the bot says that it asked. */
function compareOrders(deed: Deed, intent: AuditRecord): string[] {
  const pairs: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['caller', intent.caller, deed.caller],
    ['action', intent.action, deed.action],
    // Discovery's own requests belong to no list.
    ...(isPing(intent.action) ? [] : [['digest', intent.digest, deed.digest] as const]),
    ['approval', nameAll(intent.approvedBy), nameAll(deed.approvedBy)],
  ];
  return pairs
    .filter(([, bot, node]) => bot !== node)
    .map(
      ([what, bot, node]) =>
        `another ${what}: the bot's record says ${bot ?? 'nothing'}, the node's ${node ?? 'nothing'}`,
    );
}

const nameAll = (names: readonly string[] = []): string | undefined =>
  names.length === 0 ? undefined : [...names].sort().join(' and ');
