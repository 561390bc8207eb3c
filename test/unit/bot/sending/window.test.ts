import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findAsker, worldOf } from '../../../../src/bot/asker.ts';
import { describeAction } from '../../../../src/bot/collecting/compose-report.ts';
import { countOutcomes } from '../../../../src/bot/collecting/tally.ts';
import { parse } from '../../../../src/bot/handle-command.ts';
import { planCommand } from '../../../../src/bot/plan-command.ts';
import { type Conducted, conductRun } from '../../../../src/bot/sending/conduct-run.ts';
import { startRun } from '../../../../src/bot/start-run.ts';
import { listTargets } from '../../../../src/bot/targets/find-targets.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { createScene, type Script, sendReply } from '../scripted-fleet.ts';

/** How a node ends: what it answers, or that it says nothing at all; and after how long. */
interface Node {
  readonly end: 'ok' | 'aborted' | 'denied' | 'silent' | 'unsent';
  readonly delayMs: number;
}

const node = (end: Node['end'], delayMs = 100): Node => ({ end, delayMs });
const many = (count: number, one: Node): Node[] => Array.from({ length: count }, () => one);
const nameOf = (index: number): string => `n${String(index).padStart(2, '0')}`;

const TIMEOUT_MS = 5000;
const SILENT_MS = TIMEOUT_MS + 1500;

interface Options {
  readonly findDenial?: () => Promise<McoError | undefined>;
  readonly prepare?: (scene: ReturnType<typeof createScene>) => void;
}

/** Asks nodes that end like this, and tells when each was asked and when it was over. */
async function conduct(nodes: readonly Node[], options: string, { findDenial, prepare }: Options = {}) {
  const names = nodes.map((_, index) => nameOf(index));
  const script =
    ({ end, delayMs }: Node): Script =>
    () =>
      end === 'silent' ? undefined : { status: end === 'unsent' ? 'ok' : end, delayMs };
  const scene = createScene(Object.fromEntries(nodes.map((one, index) => [nameOf(index), script(one)])));
  const { bot, clock, bus } = scene;
  prepare?.(scene);
  const publish = bus.publish.bind(bus);
  const asked: { readonly name: string; readonly at: number }[] = [];
  const tried: string[] = [];
  bus.publish = async (message) => {
    const name = decodeRequest(message.body).audience;
    tried.push(name);
    if (nodes[names.indexOf(name)]?.end === 'unsent') throw new McoError('unreachable/refused', 'no right');
    await publish(message);
    asked.push({ name, at: clock.now() });
  };
  const text = `package update x ${options}`;
  const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
  const line = parse(message);
  const asker = await findAsker(bot, message);
  const ask = planCommand(line, bot.commands, worldOf(bot, asker));
  if (ask.kind !== 'ask') assert.fail('it asks nobody');
  const run = await startRun(bot, { message, asker, line, ask });
  let end: Conducted | undefined;
  const closed: string[] = [];
  const keeper = {
    noteRequests: async () => {},
    noteResult: ({ node }: { node: string }) => void closed.push(node),
    settle: async () => {},
  };
  const watch = { onProgress: () => {}, signal: scene.cancel.signal };
  const conduct = { targets: listTargets(names), action: describeAction(bot, ask), watch, keeper, findDenial };
  void conductRun(bot, run, conduct).then((conducted) => {
    end = conducted;
  });
  for (let step = 0; step < 400 && end === undefined; step++) await clock.advance(2000);
  if (end === undefined) assert.fail('it never ended');
  return { ...end, asked, tried, closed, counts: countOutcomes(end.results), start: asked[0]?.at ?? 0 };
}

type End = Awaited<ReturnType<typeof conduct>>;

/** When a node that was asked is over. */
const overAt = (nodes: readonly Node[], { name, at }: { readonly name: string; readonly at: number }): number => {
  const { end, delayMs } = nodes[Number(name.slice(1))] ?? assert.fail(name);
  return at + (end === 'silent' ? SILENT_MS : delayMs);
};

/** The most that were at work at any moment. */
function mostAtWork(nodes: readonly Node[], { asked }: End): number {
  const at = (time: number): number => asked.filter((one) => one.at <= time && time < overAt(nodes, one)).length;
  return Math.max(0, ...asked.map((one) => at(one.at)));
}

describe('a window', () => {
  it('asks the next node as soon as one is done, and never more than so many', async () => {
    const nodes = [node('ok', 1000), node('ok', 3000), node('ok', 1000), node('ok', 1000), node('ok', 1000)];
    const end = await conduct(nodes, '--at-once 2');
    assert.deepEqual(
      end.asked.map(({ name, at }) => [name, at - end.start]),
      [
        ['n00', 0],
        ['n01', 0],
        ['n02', 1000],
        ['n03', 2000],
        ['n04', 3000],
      ],
    );
    assert.deepEqual([end.counts.ok, end.problem], [5, undefined]);
  });

  it('is a share of the nodes where it says so, and one node at least', async () => {
    const nodes = many(10, node('ok', 1000));
    assert.equal(mostAtWork(nodes, await conduct(nodes, '--at-once 30%')), 3);
    assert.equal(mostAtWork(nodes, await conduct(nodes, '--at-once 1%')), 1);
    assert.equal(mostAtWork(nodes, await conduct(nodes, '--at-once 99')), 10);
  });

  it('gives each node a time of its own: a silent one keeps its place until that is up', async () => {
    const nodes = [node('silent'), node('ok', 2000), node('ok', 2000), node('silent'), node('ok', 100)];
    const end = await conduct(nodes, '--at-once 2');
    assert.deepEqual(
      end.asked.map(({ name, at }) => [name, at - end.start]),
      [
        ['n00', 0],
        ['n01', 0],
        ['n02', 2000],
        ['n03', 4000],
        ['n04', SILENT_MS],
      ],
    );
    assert.deepEqual([end.counts.ok, end.counts.silent], [3, 2]);
    assert.deepEqual(
      [...end.closed].sort(),
      ['n00', 'n01', 'n02', 'n03', 'n04'],
      'each is written down, silent or not',
    );
  });

  it('goes on past nodes that can not be asked', async () => {
    const end = await conduct([node('unsent'), node('ok'), node('unsent'), node('ok')], '--at-once 1');
    assert.deepEqual([end.counts.ok, end.counts.notSent], [2, 2]);
    assert.equal(end.problem?.code, 'unreachable/refused');
  });

  it('is stopped by the first failure that is too much; who is at work is waited for', async () => {
    const nodes = [node('aborted', 1000), node('ok', 3000), ...many(8, node('ok', 1000))];
    const end = await conduct(nodes, '--at-once 2 --max-fail 0');
    assert.deepEqual(
      end.asked.map(({ name }) => name),
      ['n00', 'n01'],
    );
    assert.deepEqual([end.counts.ok, end.counts.failed, end.counts.notSent], [1, 1, 8]);
    assert.equal(end.problem?.message, 'stopped after 1 of 10 failed (--max-fail 0): 8 nodes were not asked');
  });

  it('does not even try to send what was still being signed when it was stopped', async () => {
    const nodes = [node('ok', 1000), node('aborted', 2500), ...many(4, node('ok', 1000))];
    const end = await conduct(nodes, '--at-once 2 --max-fail 0', {
      prepare({ bot, clock }) {
        const { write } = bot.signers;
        if (write === undefined) assert.fail('there is no key');
        const sign = write.sign.bind(write);
        // From the third on it takes two seconds.
        let signed = 0;
        Object.assign(write, {
          async sign(...given: Parameters<typeof sign>) {
            if (++signed > 2) await new Promise<void>((resolve) => void clock.after(2000, resolve));
            return await sign(...given);
          },
        });
      },
    });
    assert.deepEqual(end.tried, ['n00', 'n01']);
    assert.deepEqual([end.counts.ok, end.counts.failed, end.counts.notSent], [1, 1, 4]);
  });

  it('whose last node fails was not stopped: nobody was left', async () => {
    const end = await conduct([node('ok'), node('aborted')], '--at-once 1 --max-fail 0');
    assert.deepEqual([end.counts.failed, end.counts.notSent, end.problem], [1, 0, undefined]);
  });

  it('sends nothing further when it is cancelled, and waits for nobody', async () => {
    const nodes = many(6, node('ok', 3000));
    const end = await conduct(nodes, '--at-once 2', {
      prepare: ({ clock, cancel }) => void clock.after(4000, () => cancel.abort()),
    });
    assert.deepEqual([end.counts.ok, end.counts.unknown, end.counts.notSent], [2, 2, 2]);
    assert.equal(end.problem, undefined);
  });

  it('looks at the rights again every thirty seconds while it moves, and stops when they are gone', async () => {
    const looks: number[] = [];
    const scene: { clock?: { now(): number } } = {};
    const findDenial = async (): Promise<McoError | undefined> => {
      looks.push(scene.clock?.now() ?? 0);
      return looks.length < 3 ? undefined : new McoError('denied/policy', 'revoked', { rules: ['deny.yaml:1'] });
    };
    const prepare = ({ clock }: ReturnType<typeof createScene>): void => void Object.assign(scene, { clock });
    const nodes = many(60, node('ok', 4000));
    const end = await conduct(nodes, '--at-once 2', { findDenial, prepare });
    assert.deepEqual(
      looks.map((at) => at - end.start),
      [32_000, 64_000, 96_000],
    );
    assert.deepEqual([end.asked.length, end.counts.ok, end.counts.notSent], [48, 48, 12]);
    assert.equal(end.problem?.message, 'stopped on the way, 12 nodes were not asked: revoked');
    assert.deepEqual(end.problem.rules, ['deny.yaml:1']);
  });

  it('counts a node once, whatever it says and how often', async () => {
    const nodes = many(4, node('ok', 500));
    const end = await conduct(nodes, '--at-once 1', {
      prepare({ bus, clock }) {
        const publish = bus.publish.bind(bus);
        bus.publish = async (message) => {
          await publish(message);
          const request = decodeRequest(message.body);
          for (const delay of [510, 520]) {
            clock.after(delay, () => void sendReply(bus, request, { sender: request.audience, status: 'aborted' }));
          }
        };
      },
    });
    assert.deepEqual([end.counts.ok, end.counts.failed, end.results.length], [4, 0, 4]);
  });
});

const anyNode = fc.record({
  end: fc.constantFrom<Node['end']>('ok', 'ok', 'ok', 'aborted', 'denied', 'silent', 'unsent'),
  delayMs: fc.integer({ min: 1, max: 4000 }),
});

describe('whatever becomes of the nodes', () => {
  it('no window is exceeded, nothing is sent over a threshold, and each node counts once', async () => {
    const scenario = fc.record({
      nodes: fc.array(anyNode, { minLength: 1, maxLength: 14 }),
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
          const over = asked.filter((other) => overAt(nodes, other) < one.at).map(({ name }) => name);
          const ends = over.map((name) => nodes[Number(name.slice(1))]?.end);
          const failed = ends.filter((word) => word === 'aborted' || word === 'denied').length;
          const silent = ends.filter((word) => word === 'silent').length;
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
      nodes: fc.array(anyNode, { minLength: 2, maxLength: 12 }),
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
          const ends = before.map(({ name }) => nodes[Number(name.slice(1))]?.end);
          assert.ok(ends.filter((word) => word === 'aborted' || word === 'denied').length <= maxFail);
          assert.ok(ends.filter((word) => word === 'silent').length <= maxSilent);
          const isBehindCanary = canary !== null && Number(one.name.slice(1)) >= canary;
          const canaries = nodes.slice(0, canary ?? 0);
          assert.ok(!isBehindCanary || canaries.every(({ end: word }) => word === 'ok'));
        }
      }),
      { numRuns: 40 },
    );
  });
});

const problemOf = (nodes: readonly Node[]): string | undefined =>
  nodes.some(({ end }) => end === 'unsent') ? 'unreachable/refused' : undefined;
