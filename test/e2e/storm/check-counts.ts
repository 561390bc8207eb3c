import type { RunRecord } from '../../../src/core/store.ts';
import type { Storm } from './run-storm.ts';

/** Between a node's answer and the bot's count of it. */
const ON_THE_WAY_MS = 3000;

/** No node did anything twice in a run, and what it said is what was counted. */
export async function checkCounts({ world }: Pick<Storm, 'world'>): Promise<string[]> {
  const { fleet, ledger, store } = world;
  const problems: string[] = [];
  for (const [what, times] of fleet.asked) {
    const run = what.slice(0, what.indexOf(' '));
    if (times > 1) problems.push(`asked ${times} times: ${what}`);
    if (!ledger.runs.has(run)) problems.push(`asked in a run that never began: ${what}`);
  }
  for (const id of ledger.runs.keys()) {
    const run = await store.runs.find(id);
    if (run?.end !== undefined) problems.push(...checkRun(world, run, run.end));
  }
  return problems;
}

function checkRun(
  { fleet }: Storm['world'],
  { id, header, nodes = [] }: RunRecord,
  { counts, startedAt, elapsedMs }: NonNullable<RunRecord['end']>,
): string[] {
  const { targeted, ...outcomes } = counts;
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  const endedAt = startedAt + elapsedMs;
  const said = fleet.saidIn(id).filter(({ isInTime }) => isInTime);
  const count = (isOk: boolean, until: number): number =>
    said.filter((one) => one.isOk === isOk && one.at <= until).length;
  const check = (name: string, isOk: boolean, counted: number): string[] => {
    const [least, most] = [count(isOk, endedAt - ON_THE_WAY_MS), count(isOk, endedAt)];
    return counted >= least && counted <= most
      ? []
      : [`run ${id} (${header.command}) counts ${counted} ${name}: ${least} to ${most} said so`];
  };
  return [
    ...(sum === targeted && targeted === nodes.length ? [] : [`the counts of run ${id} do not add up`]),
    ...check('ok', true, counts.ok),
    ...check('failed', false, counts.failed),
  ];
}
