import { McoError, type Span } from '../../core/errors.ts';
import type { RunRecord } from '../../core/store.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';
import { keepsNoRuns, runPlaceOf } from './find-run.ts';

/** Whoever begins a job and asks so many other things has to name its run. */
const MAX_RUNS = 100;

const AGENT = 'job';

/** Whether anything of a run was sent, or may have been: of what was not nobody need be asked. */
export const mayHaveSent = ({ nodes = [], approval, end }: RunRecord): boolean =>
  nodes.length > 0 &&
  (approval === undefined || approval.state === 'approved') &&
  (end === undefined || end.counts.targeted > end.counts.notSent);

/**
 * The newest run that can have made a job: in a thread of that thread, elsewhere somebody's own in the channel. Other
 * questions, and those that looked after a job, do not count.
 *
 * @throws McoError `unknown/run`, `usage/no-runs`
 */
export async function findLastJobRun(bot: Bot, message: IncomingMessage, at: Span | undefined): Promise<RunRecord> {
  if (bot.authority.leavesToNodes === true) throw keepsNoRuns(at);
  const { chat, channel, thread } = runPlaceOf(message);
  const whose = thread === undefined ? { account: message.account } : { thread };
  for (const run of await bot.store.runs.list({ chat, channel, ...whose, max: MAX_RUNS })) {
    if (await mayHaveJob(bot, run)) return run;
  }
  const where = thread === undefined ? 'none of your last runs in this channel' : 'no run of this thread';
  throw new McoError('unknown/run', `${where} began a job`, {
    hint: '`job show RUN` takes the end of its id; `job list` shows the jobs of the nodes',
    at,
  });
}

async function mayHaveJob(bot: Bot, run: RunRecord): Promise<boolean> {
  const { agent, action: name, options } = run.header;
  if (agent === AGENT || options.preview === true || !mayHaveSent(run)) return false;
  const action = bot.agents.find((known) => known.agent === agent)?.actions[name];
  if (action?.isJob === true) return true;
  if (action?.effect === 'read') return false;
  // An agent that is not known any more, or told nothing of jobs: its answers do.
  return (await bot.store.runs.resultsOf(run.id)).some(({ data }) => typeof data.job === 'string');
}
