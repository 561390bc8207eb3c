import type { AuditRecord } from '../../core/audit.ts';
import type { AuditTrail } from '../../core/audit-trail.ts';
import type { Tell, Word } from '../../core/command.ts';
import { McoError, type Span } from '../../core/errors.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import type { Bot } from '../bot.ts';
import { runPlaceOf, wordOf } from '../records/find-run.ts';
import { askForStories } from './ask-for-stories.ts';
import { type Comparison, compareStories, type Difference, nodesOfRun } from './compare-stories.ts';
import type { ControlScene } from './control-scene.ts';
import { describeComparison } from './describe-comparison.ts';
import { readStory } from './read-story.ts';

/** A trail tells of so many answers at once. */
const MAX_NODES = 5000;
const MAX_RECORDS = 10_000;
/** Of one's newest runs those are looked through for the last that was no comparison. */
const LOOK_BACK = 20;

/** As `compareRun`, for people. */
export async function compareAudit(bot: Bot, scene: ControlScene, word: Word): Promise<Tell> {
  return describeComparison(await compareRun(bot, scene, word));
}

/**
 * Compares the bot's records of a run with those of every node that it was for. The nodes are asked now, in the name of
 * the asker. Whether the asker may read the trail is decided before.
 *
 * @throws McoError `usage/no-trail`, `unknown/run`, `usage/ambiguous-run`, `usage/nothing-sent`, `usage/too-many-nodes`;
 *   what `askForStories` throws
 */
export async function compareRun(bot: Bot, scene: ControlScene, word: Word): Promise<Comparison> {
  const { trail } = bot;
  if (trail === undefined) {
    throw new McoError(
      'usage/no-trail',
      'this program keeps its records in a plain file, without the answers of nodes',
    );
  }
  const run = await findRunId(bot, trail, { scene, word });
  const records = await readRecords(trail, run);
  const nodes = nodesOfRun(records);
  const short = run.slice(-4);
  if (nodes.length === 0) throw new McoError('usage/nothing-sent', `run \`${short}\` asked nobody anything`);
  if (nodes.length > MAX_NODES) {
    throw new McoError('usage/too-many-nodes', `run \`${short}\` has ${nodes.length} nodes, more than ${MAX_NODES}`, {
      hint: '`rpcutil audit` with a filter asks some of them',
    });
  }
  const { results, problem } = await askForStories(bot, scene, { run, nodes, collective: collectiveOf(records) });
  const stories = new Map(results.map((result) => [result.node, readStory(result, run)]));
  for (const node of nodes) if (!stories.has(node)) stories.set(node, { silence: 'it was not asked' });
  const differences = [...missingEnd(records), ...compareStories(records, stories)];
  return { run, nodes: nodes.length, differences, problem };
}

const missingEnd = (records: readonly AuditRecord[]): readonly Difference[] =>
  records.some(({ event }) => event === 'outcome')
    ? []
    : [{ text: 'the bot has no record of its end: it goes on, or was cut off' }];

async function readRecords(trail: AuditTrail, run: string): Promise<readonly AuditRecord[]> {
  const found = await Promise.all(
    (['intent', 'answered', 'outcome'] as const).map((event) => trail.find({ run, events: [event], max: MAX_RECORDS })),
  );
  return found
    .flat()
    .map(({ record }) => record)
    .filter((record) => record.run === run);
}

/** The trail knows every run, of whatever channel, also those that the store has forgotten. */
async function findRunId(
  bot: Bot,
  trail: AuditTrail,
  { scene, word }: { readonly scene: ControlScene; readonly word: Word },
): Promise<string> {
  const { text, at } = wordOf(word, scene.typed);
  if (text === 'last') return await findLast(bot, scene, at);
  const found = await trail.find({ run: text.toLowerCase(), events: ['decided', 'intent'], max: MAX_RECORDS });
  const [run, another] = new Set(found.flatMap(({ record }) => (record.run === undefined ? [] : [record.run])));
  if (run === undefined) throw new McoError('unknown/run', `no run on record ends in \`${text}\``, { at });
  if (another === undefined) return run;
  throw new McoError('usage/ambiguous-run', `several runs end in \`${text}\``, {
    hint: `type more of it: ${run}, ${another}`,
    at,
  });
}

/** As elsewhere, but for the runs that comparisons are themselves. */
async function findLast({ store }: Bot, { message }: ControlScene, at: Span): Promise<string> {
  const { chat, channel, thread } = runPlaceOf(message);
  const whose = thread === undefined ? { account: message.account } : { thread };
  const runs = await store.runs.list({ chat, channel, ...whose, max: LOOK_BACK });
  const last = runs.find(({ header }) => header.agent !== 'rpcutil' || header.action !== 'audit');
  if (last !== undefined) return last.id;
  throw new McoError('unknown/run', 'you have no run here', { hint: 'name one by the end of its id', at });
}

/** The requests went to the collective of the command, which is on record in its canonical spelling. */
function collectiveOf(records: readonly AuditRecord[]): string | undefined {
  const command = records.find(({ event }) => event === 'intent')?.command;
  try {
    return command === undefined ? undefined : parseCommandLine(command).options.collective;
  } catch {
    return undefined;
  }
}
