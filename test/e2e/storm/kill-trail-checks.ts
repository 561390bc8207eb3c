import type { Deed } from './kill-trail-fleet.ts';
import type { StoredEnd } from './kill-trail-site.ts';
import type { SeenRecord } from './kill-trail-watch.ts';

/** What can be wrong after all the kills, each as a list of complaints. */

export function countOutcomes(ends: readonly StoredEnd[]): string {
  const counts = new Map<string, number>();
  for (const { run } of ends) {
    const word = run.end?.outcome ?? 'OPEN';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

/** One outcome on record for each run, the same as is kept of it. */
export function checkEnds(ends: readonly StoredEnd[], records: readonly SeenRecord[]): string[] {
  const outcomes = new Map<string, SeenRecord[]>();
  for (const record of records.filter(({ event }) => event === 'outcome')) {
    outcomes.set(record.run ?? '', [...(outcomes.get(record.run ?? '') ?? []), record]);
  }
  const known = new Set(ends.map(({ run }) => run.id));
  const strangers = [...outcomes.keys()].filter((run) => !known.has(run));
  return [
    ...strangers.map((run) => `an outcome of ${run}, which was never begun`),
    ...ends.flatMap(({ run }) => {
      const recorded = (outcomes.get(run.id) ?? []).map(({ result }) => result);
      const [only, ...more] = recorded;
      if (only === run.end?.outcome && more.length === 0) return [];
      return [
        `${run.id} ended with ${String(run.end?.outcome)}, on record with ${recorded.join(' and ') || 'nothing'}`,
      ];
    }),
  ];
}

/** One root for each run that has one, which shows its end. */
export function checkRoots(
  ends: readonly StoredEnd[],
  posts: readonly { readonly thread: string; readonly text: string }[],
): string[] {
  const roots = posts.filter(({ thread }) => thread === '').map(({ text }) => text);
  return ends.flatMap(({ run }) => {
    const command = `${run.header.command} `;
    const shown = roots.filter((text) => text.includes(`run ${run.id.slice(-4)}`) && text.includes(command.trim()));
    const [only = '', ...more] = shown;
    if (run.root === undefined) return shown.length === 0 ? [] : [`${run.id} has a root that is not known`];
    if (more.length > 0) return [`${run.id} has ${shown.length} roots`];
    return only.includes(run.end?.outcome ?? 'no end')
      ? []
      : [`${run.id} ended ${run.end?.outcome}, its root: ${only}`];
  });
}

export interface Doings {
  readonly ends: readonly StoredEnd[];
  readonly records: readonly SeenRecord[];
  readonly deeds: readonly Deed[];
}

/** `ok` and `failed` only of a node that did so, `notSent` only of one that did nothing. */
export function checkNodes({ ends, records, deeds }: Doings): string[] {
  const done = new Map(deeds.map((deed) => [`${deed.node} ${deed.package}`, deed]));
  const judge = (what: { run: string; name: string; node: string; outcome: string }): string[] => {
    const deed = done.get(`${what.node} ${what.name}`);
    const isTrue =
      what.outcome === 'ok'
        ? deed?.isOk === true
        : what.outcome === 'notSent'
          ? deed === undefined
          : what.outcome !== 'failed' || deed?.isOk === false;
    return isTrue ? [] : [`${what.run}: ${what.outcome} of ${what.node}, which ${describe(deed)} (${what.name})`];
  };
  const nameOf = new Map(
    records.flatMap(({ run, input }) => (input?.package === undefined ? [] : [[run, String(input.package)]])),
  );
  const kept = ends.flatMap(({ run, results }) =>
    results.flatMap(({ node, outcome }) =>
      judge({ run: run.id, name: nameOf.get(run.id) ?? '', node, outcome }).map((fault) => `kept of ${fault}`),
    ),
  );
  const recorded = records
    .filter(({ event }) => event === 'answered')
    .flatMap(({ run = '', node = '', result = '' }) => {
      const outcome = result === 'aborted' ? 'failed' : result;
      return judge({ run, name: nameOf.get(run) ?? '', node, outcome }).map((fault) => `recorded of ${fault}`);
    });
  return [...kept, ...recorded, ...checkTotals(ends)];
}

/** Every node that was meant is one that was counted. */
const checkTotals = (ends: readonly StoredEnd[]): string[] =>
  ends.flatMap(({ run, results }) => {
    const targeted = run.nodes?.length ?? 0;
    return results.length === targeted ? [] : [`${run.id} has ${targeted} nodes and ${results.length} results`];
  });

const describe = (deed: Deed | undefined): string =>
  deed === undefined ? 'did nothing' : `did it ${deed.isOk === true ? 'well' : 'badly'}`;
