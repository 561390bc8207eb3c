import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findAsker, worldOf } from '../../../../src/bot/asker.ts';
import { describeAction } from '../../../../src/bot/collecting/compose-report.ts';
import { countOutcomes } from '../../../../src/bot/collecting/tally.ts';
import { parse } from '../../../../src/bot/handle-command.ts';
import { planCommand } from '../../../../src/bot/plan-command.ts';
import { type Conducted, conductRun } from '../../../../src/bot/sending/conduct-run.ts';
import { splitIntoWaves } from '../../../../src/bot/sending/waves.ts';
import { startRun } from '../../../../src/bot/start-run.ts';
import { listTargets } from '../../../../src/bot/targets/find-targets.ts';
import type { Share } from '../../../../src/core/command.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { alive, createScene, type Script } from '../scripted-fleet.ts';

/** How a node ends: what it answers, or that it can't be reached. */
type End = 'ok' | 'aborted' | 'denied' | 'expired' | 'silent';

const nameOf = (index: number): string => `n${String(index).padStart(2, '0')}`;

/** Asks nodes that end like this, and tells which were asked in which wave. */
async function conduct(ends: readonly End[], options: string) {
  const script =
    (end: End): Script =>
    () =>
      end === 'silent' ? undefined : { status: end };
  const names = ends.map((_, index) => nameOf(index));
  const scene = createScene(Object.fromEntries(ends.map((end, index) => [nameOf(index), script(end)])));
  const { bot, clock, bus } = scene;
  const message = {
    text: `package update x ${options}`,
    account: 'console:ana',
    origin: { chat: 'console', channel: '' },
  };
  const line = parse(message);
  const asker = await findAsker(bot, message);
  const ask = planCommand(line, bot.commands, worldOf(bot, asker));
  if (ask.kind !== 'ask') assert.fail('it asks nobody');
  const run = await startRun(bot, { message, asker, line, ask });
  let end: Conducted | undefined;
  const watch = { onProgress: () => {}, signal: scene.cancel.signal };
  const action = describeAction(bot, ask);
  const keeper = { noteRequests: async () => {}, noteResult: () => {}, settle: async () => {} };
  void conductRun(bot, run, { targets: listTargets(names), action, watch, keeper }).then((conducted) => {
    end = conducted;
  });
  for (let step = 0; step < 100 && end === undefined; step++) await clock.advance(10_000);
  if (end === undefined) assert.fail('it never ended');
  const waves = new Map<number, string[]>();
  for (const { body } of bus.published) {
    const { issuedAt, audience } = decodeRequest(body);
    waves.set(issuedAt, [...(waves.get(issuedAt) ?? []), audience].sort());
  }
  return { ...end, waves: [...waves.values()], counts: countOutcomes(end.results) };
}

describe('waves', () => {
  const names = Array.from({ length: 10 }, (_, index) => nameOf(index));
  const sizes = (...given: Parameters<typeof splitIntoWaves>): number[] =>
    splitIntoWaves(...given).map((wave) => wave.length);

  it('hold every node once and in order, the canary first', () => {
    assert.deepEqual(sizes(names, {}), [10]);
    assert.deepEqual(sizes(names, { batch: { count: 4 } }), [4, 4, 2]);
    assert.deepEqual(sizes(names, { batch: { percent: 30 } }), [3, 3, 3, 1]);
    assert.deepEqual(sizes(names, { canary: 1 }), [1, 9]);
    assert.deepEqual(sizes(names, { canary: 2, batch: { count: 5 } }), [2, 5, 3]);
    assert.deepEqual(sizes(names, { canary: 2, batch: { percent: 50 } }), [2, 5, 3]);
    assert.deepEqual(sizes(names, { canary: 10 }), [10]);
    assert.deepEqual(sizes(names, { canary: 99, batch: { count: 1 } }), [10]);
    assert.deepEqual(splitIntoWaves(names, { canary: 3, batch: { count: 2 } }).flat(), names);
  });
});

describe('a canary', () => {
  it('that does well is followed by all the others', async () => {
    const { waves, counts, problem } = await conduct(['ok', 'ok', 'aborted', 'ok'], '--canary 2');
    assert.deepEqual(waves, [
      ['n00', 'n01'],
      ['n02', 'n03'],
    ]);
    assert.deepEqual([counts.ok, counts.failed, problem], [3, 1, undefined]);
  });

  for (const end of ['aborted', 'denied', 'expired', 'silent'] as const) {
    it(`of which one ends as ${end} is the end of it`, async () => {
      const { waves, counts, problem } = await conduct(['ok', end, 'ok', 'ok'], '--canary 2');
      assert.deepEqual(waves, [['n00', 'n01']]);
      assert.deepEqual([counts.targeted, counts.notSent], [4, 2]);
      assert.equal(problem?.code, 'failed/over-threshold');
      assert.equal(problem?.message, 'stopped after 1 of 2 did not do well (--canary 2): 2 nodes were not asked');
    });
  }
});

describe('a canary that is the whole run', () => {
  const FLEET = { n00: alive(), n01: alive(), n02: alive() };
  const asked = (bus: ReturnType<typeof createScene>['bus']) =>
    bus.published.map(({ body }) => decodeRequest(body)).filter(({ action }) => action === 'update').length;

  for (const canary of [3, 30]) {
    it(`is refused before anything is sent: ${canary} of 3`, async () => {
      const { run, bus, audit } = createScene(FLEET);
      const { report } = await run(`package update nginx -C web --canary ${canary}`);
      assert.deepEqual([report?.outcome, report?.counts.notSent, asked(bus)], ['NOT SENT', 3, 0]);
      assert.deepEqual(
        [report?.problem?.code, report?.problem?.message],
        ['usage/idle-canary', `a canary of ${canary} is all of the 3 nodes`],
      );
      assert.ok(audit.records.every(({ event }) => event !== 'intent'));
    });
  }

  it('is what one node is anyway', async () => {
    for (const options of ['-I n00 --canary 1', '-C web --limit 1 --canary 2']) {
      const { run, bus } = createScene(FLEET);
      const { report } = await run(`package update nginx ${options}`);
      assert.deepEqual([report?.outcome, asked(bus)], ['OK', 1], options);
    }
  });

  it('does no harm where nothing is changed', async () => {
    const { run } = createScene(FLEET);
    assert.equal((await run('package status nginx -C web --canary 3')).report?.outcome, 'OK');
  });
});

describe('a read in waves', () => {
  for (const options of ['--canary 1', '--max-fail 1', '--batch 1']) {
    it(`asks each node alone: ${options}`, async () => {
      const answer: Script = ({ action }) => ({ status: action === 'ping' ? 'ok' : 'aborted' });
      const { run, bus } = createScene({ n00: answer, n01: answer, n02: answer });
      const { report } = await run(`package status x ${options}`);
      const asked = bus.published.slice(1).map(({ body }) => decodeRequest(body).audience);
      assert.ok(asked.length > 0 && !asked.includes('*'));
      assert.equal(report?.counts.failed, asked.length);
      assert.equal(asked.length, { '--canary 1': 1, '--max-fail 1': 2, '--batch 1': 3 }[options]);
    });
  }
});

describe('a threshold', () => {
  const bad = (count: number, end: End): End[] => Array.from({ length: count }, () => end);

  it('is exceeded by one more than it says', async () => {
    const met = await conduct([...bad(2, 'aborted'), ...bad(8, 'ok')], '--max-fail 2 --batch 2');
    assert.deepEqual([met.counts.ok, met.problem], [8, undefined]);
    const over = await conduct([...bad(3, 'aborted'), ...bad(7, 'ok')], '--max-fail 2 --batch 3');
    assert.deepEqual([over.counts.failed, over.counts.notSent], [3, 7]);
    assert.equal(over.problem?.message, 'stopped after 3 of 10 failed (--max-fail 2): 7 nodes were not asked');
  });

  it('in percent is one of all targeted nodes, and not rounded', async () => {
    const half = [...bad(5, 'denied'), ...bad(5, 'ok')];
    assert.equal((await conduct(half, '--max-fail 50% --batch 5')).problem, undefined);
    const { problem, counts } = await conduct(half, '--max-fail 49% --batch 5');
    assert.deepEqual([problem?.code, counts.notSent], ['failed/over-threshold', 5]);
  });

  it('of nothing stops at the first failure, tenth by tenth where no batch is given', async () => {
    const { waves, problem } = await conduct([...bad(2, 'ok'), 'aborted', ...bad(17, 'ok')], '--max-fail 0');
    assert.deepEqual(waves, [
      ['n00', 'n01'],
      ['n02', 'n03'],
    ]);
    assert.match(problem?.message ?? '', /stopped after 1 of 20 failed \(--max-fail 0\): 16 nodes were not asked/);
  });

  it('for silence leaves failures alone, and the other way round', async () => {
    const ends: End[] = ['silent', 'aborted', 'ok', 'ok'];
    assert.equal((await conduct(ends, '--max-silent 1 --batch 1')).problem, undefined);
    assert.equal((await conduct(ends, '--max-fail 1 --batch 1')).problem, undefined);
    const { problem, waves } = await conduct(ends, '--max-silent 0 --batch 1');
    assert.match(problem?.message ?? '', /1 of 4 stayed silent \(--max-silent 0\): 3 nodes/);
    assert.equal(waves.length, 1);
  });

  it('says nothing when everybody has been asked already', async () => {
    const { problem, counts } = await conduct(bad(3, 'aborted'), '--max-fail 0 --batch 3');
    assert.deepEqual([problem, counts.failed], [undefined, 3]);
  });
});

const share: fc.Arbitrary<Share> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((count) => ({ count })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
);
const threshold: fc.Arbitrary<Share> = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((count) => ({ count })),
  fc.integer({ min: 0, max: 60 }).map((percent) => ({ percent })),
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const anyRun = fc.record({
  ends: fc.array(fc.constantFrom<End[]>('ok', 'ok', 'ok', 'ok', 'aborted', 'denied', 'expired', 'silent'), {
    minLength: 1,
    maxLength: 20,
  }),
  batch: optional(share),
  canary: optional(fc.integer({ min: 1, max: 4 })),
  maxFail: optional(threshold),
  maxSilent: optional(threshold),
});

const write = (name: string, value: Share | number | undefined): string => {
  if (value === undefined) return '';
  if (typeof value === 'number') return ` --${name} ${value}`;
  return ` --${name} ${'count' in value ? value.count : `${value.percent}%`}`;
};

describe('whatever the fleet and the thresholds', () => {
  it('nothing is published after one was exceeded, nobody is left out before, and the counts add up', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ ends, batch, canary, maxFail, maxSilent }) => {
        const options = `${write('batch', batch)}${write('canary', canary)}${write('max-fail', maxFail)}${write('max-silent', maxSilent)}`;
        const { waves, results, counts, problem } = await conduct(ends, options);
        const endOf = new Map(ends.map((end, index) => [nameOf(index), end]));
        const exceeds = (count: number, most: Share | undefined): boolean =>
          most !== undefined &&
          ('count' in most ? count > most.count : count / ends.length > most.percent / 100 + 1e-9);
        /** Whether it has to stop when these waves are over. */
        const isOver = (before: readonly (readonly string[])[]): boolean => {
          const seen = before.flat().map((node) => endOf.get(node));
          const silent = seen.filter((end) => end === 'silent').length;
          const failed = seen.filter((end) => end !== 'ok').length - silent;
          const isCanaryBad = canary !== undefined && (before[0] ?? []).some((node) => endOf.get(node) !== 'ok');
          return isCanaryBad || exceeds(failed, maxFail) || exceeds(silent, maxSilent);
        };
        for (let wave = 1; wave < waves.length; wave++) assert.equal(isOver(waves.slice(0, wave)), false);
        if (canary !== undefined) assert.equal(waves[0]?.length, Math.min(canary, ends.length));
        const asked = waves.flat();
        assert.equal(new Set(asked).size, asked.length, 'nobody is asked twice');
        if (asked.length < ends.length) {
          assert.equal(isOver(waves), true);
          assert.equal(problem?.code, 'failed/over-threshold');
        } else assert.equal(problem, undefined);
        assert.deepEqual(results.map(({ node }) => node).sort(), [...endOf.keys()]);
        for (const { node, outcome } of results) assert.equal(outcome === 'notSent', !asked.includes(node));
        const { targeted, ...parts } = counts;
        assert.equal(targeted, ends.length);
        assert.equal(
          Object.values(parts).reduce((sum, count) => sum + count, 0),
          targeted,
        );
      }),
      { numRuns: 60 },
    );
  });
});
