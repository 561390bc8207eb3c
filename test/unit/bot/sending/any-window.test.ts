import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closeOf, conduct, LATEST_MS, mostAtWork, type Node, nameOf, overAt } from './window-scene.ts';

const anyNode = fc.record({
  end: fc.constantFrom<Node['end']>('ok', 'ok', 'ok', 'aborted', 'denied', 'silent', 'unsent'),
  delayMs: fc.integer({ min: 1, max: 4000 }),
});

/** Whose job outlives its time, and who begins when it was thought to be silent. */
const slowNode = fc.oneof(
  fc.record({ end: fc.constant('overtime' as const), delayMs: fc.integer({ min: 5001, max: 90_000 }) }),
  fc.record({
    end: fc.constant('frozen' as const),
    delayMs: fc.integer({ min: 1, max: 4900 }),
    beginsMs: fc.integer({ min: 1, max: LATEST_MS }),
  }),
);

const someNode = fc.oneof({ weight: 3, arbitrary: anyNode }, { weight: 2, arbitrary: slowNode });

describe('whatever becomes of the nodes', () => {
  it('no window is exceeded, nothing is sent over a threshold, and each node counts once', async () => {
    const scenario = fc.record({
      nodes: fc.array(someNode, { minLength: 1, maxLength: 14 }),
      size: fc.integer({ min: 1, max: 5 }),
      maxFail: fc.option(fc.integer({ min: 0, max: 4 })),
      maxSilent: fc.option(fc.integer({ min: 0, max: 3 })),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ nodes, size, maxFail, maxSilent }) => {
        const limits = [
          ...(maxFail === null ? [] : [`--max-fail ${maxFail}`]),
          ...(maxSilent === null ? [] : [`--max-silent ${maxSilent}`]),
        ];
        const end = await conduct(nodes, [`--at-once ${size}`, ...limits].join(' '));
        assert.ok(mostAtWork(nodes, end) <= size, 'more were at work');
        assert.deepEqual(
          end.results.map(({ node }) => node),
          nodes.map((_, index) => nameOf(index)),
        );
        const { counts, asked } = end;
        const sum = counts.ok + counts.failed + counts.denied + counts.silent + counts.notSent + counts.unknown;
        assert.equal(sum, nodes.length);
        const names = asked.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, 'somebody was asked twice');
        const isUnsent = ({ node, outcome }: { node: string; outcome: string }): boolean =>
          (outcome === 'notSent') === !names.includes(node);
        assert.ok(end.results.every(isUnsent));
        for (const one of asked) {
          const words = asked
            .map((other) => closeOf(nodes, other))
            .filter(({ at }) => at < one.at)
            .map(({ word }) => word);
          const failed = words.filter((word) => word === 'aborted' || word === 'denied').length;
          const silent = words.filter((word) => word === 'silent').length;
          assert.ok(maxFail === null || failed <= maxFail, `${one.name} was asked after ${failed} had failed`);
          assert.ok(maxSilent === null || silent <= maxSilent, `${one.name} was asked after ${silent} were silent`);
        }
        if (maxFail === null && maxSilent === null) assert.equal(end.problem?.code, problemOf(nodes));
      }),
      { numRuns: 60 },
    );
  });

  it('nothing is sent over a threshold in waves, and each node counts once', async () => {
    const scenario = fc.record({
      nodes: fc.array(someNode, { minLength: 2, maxLength: 12 }),
      batch: fc.integer({ min: 1, max: 4 }),
      canary: fc.option(fc.integer({ min: 1, max: 3 })),
      maxFail: fc.integer({ min: 0, max: 3 }),
      maxSilent: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ nodes, batch, canary, maxFail, maxSilent }) => {
        const first = canary === null ? '' : `--canary ${canary}`;
        const end = await conduct(
          nodes,
          `--batch ${batch} ${first} --max-fail ${maxFail} --max-silent ${maxSilent}`.replace('  ', ' '),
        );
        assert.equal(end.results.length, nodes.length);
        const names = end.asked.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        for (const one of end.asked) {
          const before = end.asked.filter((other) => other.at < one.at);
          assert.ok(
            before.every((other) => overAt(nodes, other) < one.at),
            'a wave began before the one before it was over',
          );
          const words = before.map((other) => closeOf(nodes, other).word);
          assert.ok(words.filter((word) => word === 'aborted' || word === 'denied').length <= maxFail);
          assert.ok(words.filter((word) => word === 'silent').length <= maxSilent);
          const isBehindCanary = canary !== null && Number(one.name.slice(1)) >= canary;
          const canaries = end.asked.filter(({ name }) => Number(name.slice(1)) < (canary ?? 0));
          assert.ok(!isBehindCanary || canaries.every((other) => closeOf(nodes, other).word === 'ok'));
          assert.ok(!isBehindCanary || canaries.length === canary);
        }
      }),
      { numRuns: 40 },
    );
  });
});

const problemOf = (nodes: readonly Node[]): string | undefined =>
  nodes.some(({ end }) => end === 'unsent') ? 'unreachable/refused' : undefined;
