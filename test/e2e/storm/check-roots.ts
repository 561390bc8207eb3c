import { drawRootCard } from '../../../src/render/draw-root-card.ts';
import { textOf } from './check-whispers.ts';
import type { Storm } from './run-storm.ts';

/** Every run has one root, which says how the store says that it ended; none still says that it goes on. */
export async function checkRoots({ world }: Pick<Storm, 'world'>): Promise<string[]> {
  const { ledger, store, chats } = world;
  const problems: string[] = [];
  for (const crowd of Object.values(world.crowds)) {
    const posts = new Map(crowd.posts().map((post) => [post.id, post]));
    const { traits } = chats[crowd.platform];
    const runs = [...ledger.runs.values()].filter(({ place }) => place.chat === crowd.chat);
    for (const { id } of runs) {
      const run = await store.runs.find(id);
      const text = posts.get(run?.root?.id ?? '')?.text;
      if (run?.end === undefined || text === undefined) {
        problems.push(`run ${id} has ${run?.end === undefined ? 'no end' : 'no root'}`);
        continue;
      }
      const report = { ...run.end, results: await store.runs.resultsOf(id) };
      const wanted = textOf(crowd, drawRootCard({ state: 'done', report }, traits));
      if (text !== wanted)
        problems.push(`the root of ${id} says \`${text.slice(0, 120)}\`, not \`${wanted.slice(0, 120)}\``);
      if (!text.includes(`run ${id.slice(-4)}`)) problems.push(`the root of ${id} does not name it`);
      if (/RUNNING|DISCOVERING/.test(text)) problems.push(`the root of ${id} still says \`${text.slice(0, 80)}\``);
    }
  }
  return problems;
}
