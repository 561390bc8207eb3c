import type { Tell, Word } from '../../core/command.ts';
import { usableAgents } from '../../core/read-call.ts';
import type { RunRecord } from '../../core/store.ts';
import { describeUndecided } from '../../render/outcome-words.ts';
import { worldOf } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { keepsNoRuns, runPlaceOf } from '../records/find-run.ts';
import type { ControlScene } from './control-scene.ts';
import { selectRuns, standingOf } from './select-runs.ts';

const MAX_RUNS = 20;

/** How far back runs are looked at that are asked for by words. */
const MAX_SEARCHED = 200;

/**
 * The newest runs of this channel, in a thread of the thread; with words those that they mean.
 *
 * @throws McoError `usage/no-runs`, `usage/bad-choice`
 */
export async function listRuns(
  bot: Bot,
  { message, asker, typed }: Pick<ControlScene, 'message' | 'asker' | 'typed'>,
  words: readonly Word[],
): Promise<Tell> {
  const { store, authority } = bot;
  if (authority.leavesToNodes === true) throw keepsNoRuns();
  const { chat, channel, thread } = runPlaceOf(message);
  const isAll = words.length === 0;
  const runs = await store.runs.list({ chat, channel, thread, max: isAll ? MAX_RUNS : MAX_SEARCHED });
  const agents = isAll ? [] : usableAgents(worldOf(bot, asker)).map(({ agent }) => agent);
  const found = isAll ? runs : selectRuns(runs, { words, typed, caller: asker.caller, agents });
  const what = isAll ? '' : `: ${words.map(({ text }) => text).join(' ')}`;
  const where = `${thread === undefined ? 'this channel' : 'this thread'}${what}`;
  const searched =
    runs.length < MAX_SEARCHED ? [] : [{ lines: [`only the newest ${MAX_SEARCHED} runs were looked at`] }];
  if (found.length === 0)
    return { kind: 'tell', title: `no runs in ${where}${isAll ? ' yet' : ''}`, sections: searched };
  return {
    kind: 'tell',
    title: `the newest runs in ${where}`,
    sections: [
      { lines: drawRuns(found.slice(0, MAX_RUNS)) },
      ...searched,
      { lines: ['show RUN, retry RUN and cancel RUN take the four characters'] },
    ],
  };
}

/** `7f3a  11-22 10:53:42 UTC  PARTIAL 142/145  @ana  package status bash`. */
function drawRuns(runs: readonly RunRecord[]): readonly string[] {
  const outcomes = runs.map(describeStanding);
  const width = Math.max(16, ...outcomes.map(({ length }) => length));
  return runs.map(({ id, caller, header, startedAt }, index) => {
    const at = new Date(startedAt).toISOString();
    const who = caller.replace(/^person:/, '@');
    const outcome = (outcomes[index] ?? '').padEnd(width);
    return `${id.slice(-4)}  ${at.slice(5, 10)} ${at.slice(11, 19)} UTC  ${outcome}  ${who}  ${header.command}`;
  });
}

function describeStanding(run: RunRecord): string {
  const { end, header } = run;
  if (end === undefined) return standingOf(run);
  const dryRun = header.options.noop === true ? ['DRY RUN'] : [];
  return [`${end.outcome} ${end.counts.ok}/${end.counts.targeted}`, ...describeUndecided(end), ...dryRun].join(' · ');
}
