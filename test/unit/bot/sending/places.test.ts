import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Bot, Question } from '../../../../src/bot/bot.ts';
import type { LateBatch } from '../../../../src/bot/collecting/late-answers.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { denied } from '../../../fakes/decisions.ts';
import { type Conduct, conduct, LATEST_MS, many, mostAtWork, node, SILENT_MS, TIMEOUT_MS } from './window-scene.ts';

const HOUR_MS = 60 * 60_000;

const FORBIDDEN = { ...denied('nobody looks'), isForbidden: true };

const askedAt = ({ asked, start }: Conduct): Record<string, number> =>
  Object.fromEntries(asked.map(({ name, at }) => [name, at - start]));

/** What progress says who is at work, so long after the beginning. */
const shownAt = ({ atWork, start }: Conduct, ms: number): string | undefined =>
  atWork.filter(({ at }) => at <= start + ms).at(-1)?.names;

/** Another decision about some questions. */
function changeDecision({ authority }: Bot, decideOther: (question: Question) => Decision | undefined): void {
  const { decide } = authority;
  Object.assign(authority, { decide: (question: Question) => decideOther(question) ?? decide(question) });
}

const lateOf = async ({ late, scene }: Conduct, kind: LateBatch['about'] = 'jobs'): Promise<readonly string[]> => {
  const told: string[] = [];
  late.follow(({ about, results }) => {
    assert.equal(about, kind);
    told.push(...results.map(({ node: name, outcome }) => `${name} ${outcome}`));
  });
  await scene.clock.advance(10_000);
  return told;
};

describe('the place of a job over its time', () => {
  it('is kept until the node says that the job has ended; its result counts at once', async () => {
    const nodes = many(6, node('overtime', 10_000));
    const end = await conduct(nodes, '--at-once 2');
    assert.equal(mostAtWork(nodes, end), 2);
    assert.deepEqual(askedAt(end), { n00: 0, n01: 0, n02: 10_005, n03: 10_005, n04: 20_015, n05: 20_015 });
    assert.equal(shownAt(end, TIMEOUT_MS + 100), 'n00 n01', 'they are shown to be at work');
    assert.deepEqual([end.counts.failed, end.problem], [6, undefined]);
    assert.deepEqual(
      end.results.map(({ data }) => data.job),
      [undefined, undefined, undefined, undefined, 'j1', 'j1'],
      'those that have ended are not asked about again',
    );
    assert.deepEqual(await lateOf(end), ['n00 ok', 'n01 ok', 'n02 ok', 'n03 ok']);
  });

  it('is asked about less and less often, each time on record, and it is said when that is over', async () => {
    const end = await conduct([node('overtime', 100_000), node('ok')], '--at-once 1');
    const looks = end.looked.map(({ at }) => Math.round((at - end.start - TIMEOUT_MS) / 1000));
    assert.deepEqual(looks, [5, 10, 20, 35, 55, 80, 110]);
    const { records } = end.scene.audit;
    const intents = records.filter(({ event, action }) => event === 'intent' && action === 'job.show');
    assert.equal(intents.length, looks.length);
    const outcomes = records.filter(({ event, run }) => event === 'outcome' && run === intents[0]?.run);
    assert.deepEqual(
      outcomes.map(({ action, result }) => [action, result]),
      [['job.show', 'OK']],
    );
  });

  it("is nobody else's when nobody is left: the run is over", async () => {
    const end = await conduct([node('ok'), node('overtime', 100_000)], '--at-once 1');
    assert.deepEqual([end.looked, end.counts.failed], [[], 1]);
    const both = await conduct([node('overtime', 100_000), node('overtime', 20_000), node('ok')], '--at-once 2');
    assert.equal(both.results[0]?.data.job, 'j1', 'one place is enough for the last');
    assert.ok(both.scene.clock.now() - both.start < 60_000);
    assert.equal(both.problem, undefined, 'it was not given to anybody');
  });

  it('is given away after three looks without an answer, and the end says where', async () => {
    for (const look of [() => undefined, () => ({ status: 'aborted' as const })]) {
      const end = await conduct([node('overtime', HOUR_MS), node('ok'), node('ok')], '--at-once 1', { look });
      assert.equal(end.looked.length, 3);
      assert.equal(end.counts.ok, 2);
      assert.equal(end.problem?.code, 'failed/still-at-work');
      assert.equal(end.problem?.message, 'the work may go on on one node, whose place was given to others: n00');
    }
  });

  it('is given away after an hour', async () => {
    const end = await conduct([node('overtime', 3 * HOUR_MS), node('ok')], '--at-once 1');
    assert.equal(askedAt(end).n01, TIMEOUT_MS + HOUR_MS);
    assert.match(end.problem?.message ?? '', /may go on on one node, .*: n00$/);
    assert.equal(end.results[0]?.data.job, 'j1', 'it is looked after when the run is over');
  });

  it('keeps nobody from stopping: a threshold, and a cancel', async () => {
    const nodes = [node('overtime', HOUR_MS), node('ok'), node('ok')];
    const over = await conduct(nodes, '--at-once 1 --max-fail 0');
    assert.deepEqual([over.looked, over.counts.notSent, over.problem?.code], [[], 2, 'failed/over-threshold']);
    const end = await conduct(nodes, '--at-once 1', {
      prepare: ({ clock, cancel }) => void clock.after(20_000, () => cancel.abort()),
    });
    assert.deepEqual([end.looked.length, end.counts.notSent, end.problem], [2, 2, undefined]);
  });

  it('is not asked about for somebody who has lost the right, and the run stops', async () => {
    let isRevoked = false;
    const end = await conduct([node('overtime', HOUR_MS), node('ok')], '--at-once 1', {
      async findDenial() {
        return isRevoked ? new McoError('denied/policy', 'revoked') : undefined;
      },
      prepare({ bot, clock }) {
        const { decide } = bot.authority;
        Object.assign(bot.authority, {
          decide: (question: Parameters<typeof decide>[0]) => (isRevoked ? denied('revoked') : decide(question)),
        });
        clock.after(12_000, () => {
          isRevoked = true;
        });
      },
    });
    assert.deepEqual([end.looked.length, end.counts.notSent], [1, 1]);
    assert.equal(end.problem?.message, 'stopped on the way, one node was not asked: revoked');
  });

  it('is given away after three looks that the policy denies to somebody who may do the thing itself', async () => {
    const end = await conduct([node('overtime', HOUR_MS), node('ok')], '--at-once 1', {
      findDenial: async () => undefined,
      prepare: ({ bot }) => changeDecision(bot, (question) => (question.agent === 'job' ? FORBIDDEN : undefined)),
    });
    assert.deepEqual([end.looked, askedAt(end).n01], [[], TIMEOUT_MS + 20_000]);
    assert.match(end.problem?.message ?? '', /may go on on one node, .*: n00$/);
    const denials = end.scene.audit.records.filter(({ event, result }) => event === 'decided' && result === 'deny');
    assert.equal(denials.length, 1);
  });

  it('is kept while nobody can say whether the requester may look', async () => {
    for (const fails of ['decision', 'groups'] as const) {
      const end = await conduct([node('overtime', 20_000), node('ok')], '--at-once 1', {
        findDenial: async () => undefined,
        prepare({ bot, clock }) {
          let isDown = true;
          clock.after(90_000, () => {
            isDown = false;
          });
          changeDecision(bot, ({ agent }) => {
            if (agent !== 'job' || !isDown) return undefined;
            if (fails === 'decision') throw new Error('out of order');
            return FORBIDDEN;
          });
          const unresolved = () => (isDown && fails === 'groups' ? ['slack:T1/S1'] : []);
          const findMemberships = async () => ({ of: new Set<string>(), unresolved: unresolved() });
          Object.assign(bot.authority, { findMemberships });
        },
      });
      assert.equal(end.looked.length, 1, fails);
      assert.ok((askedAt(end).n01 ?? 0) > 90_000, fails);
      assert.equal(end.problem, undefined, fails);
    }
  });

  it('is not asked about while that can not be put on record', async () => {
    const end = await conduct([node('overtime', 20_000), node('ok')], '--at-once 1', {
      prepare({ audit, clock }) {
        audit.isFull = true;
        clock.after(60_000, () => {
          audit.isFull = false;
        });
      },
    });
    assert.equal(end.looked.length, 1);
    assert.ok((askedAt(end).n01 ?? 0) > 60_000);
  });

  it('is one of its wave: the next begins when it has ended', async () => {
    const nodes = [node('overtime', 20_000), node('ok'), node('ok'), node('ok')];
    const end = await conduct(nodes, '--batch 2');
    const { n02 = 0 } = askedAt(end);
    assert.ok(n02 > 21_000 && n02 < 27_000, `${n02}`);
  });
});

describe('the place of a node that says nothing', () => {
  it('is kept while it may begin, and while it works that has begun late', async () => {
    const nodes = [node('frozen', 4000, 33_000), node('ok'), node('ok')];
    const end = await conduct(nodes, '--at-once 1');
    assert.equal(mostAtWork(nodes, end), 1);
    assert.equal(end.closed[0], 'n00');
    assert.deepEqual([end.counts.silent, end.counts.ok, askedAt(end).n01], [1, 2, 37_000]);
    assert.deepEqual(await lateOf(end, 'answers'), ['n00 ok']);
    assert.equal(shownAt(end, SILENT_MS + 1000), 'n00', 'it is shown to be at work');
  });

  it('is kept when it has begun and its time is up, until it says that its job has ended', async () => {
    for (const [options, beginsMs] of [
      ['--at-once 1', 0],
      ['--at-once 1', 30_000],
      ['--at-once 1 --timeout 140', 0],
      ['--batch 1', 0],
    ] as const) {
      const nodes = [node('frozen', 600_000, beginsMs), node('ok')];
      const end = await conduct(nodes, options);
      const { n01 = 0 } = askedAt(end);
      assert.ok(n01 > 600_000 && n01 < 640_000, `${options}: ${n01}`);
      assert.deepEqual([end.counts.silent, end.counts.ok, end.problem], [1, 1, undefined]);
      assert.deepEqual(await lateOf(end), ['n00 ok']);
    }
  });

  it('is given away when it has begun, its time is up, and it does not tell of its job, and the end says where', async () => {
    const none = () => ({ status: 'aborted' as const });
    const end = await conduct([node('frozen', HOUR_MS, 30_000), node('ok')], '--at-once 1', { look: none });
    const begun = 31_000;
    assert.equal(end.looked.length, 3);
    assert.equal(end.looked[0]?.at, end.start + Math.max(begun + TIMEOUT_MS, LATEST_MS) + 1500 + 5000);
    assert.match(end.problem?.message ?? '', /may go on on one node, .*: n00$/);
  });

  it("is nobody's in a read, which does no harm", async () => {
    const end = await conduct([node('silent'), node('ok')], '--at-once 1', { command: 'package status x' });
    assert.equal(askedAt(end).n01, SILENT_MS);
  });

  it('is kept as long as `--ttl` lets it begin', async () => {
    const end = await conduct([node('silent'), node('ok')], '--at-once 1 --ttl 120');
    assert.equal(askedAt(end).n01, 120_000 + 30_000 + 1500);
  });

  it('is one of its wave: the next begins when it can not begin any more', async () => {
    const nodes = [node('silent'), node('ok'), node('ok'), node('silent')];
    const end = await conduct(nodes, '--batch 2');
    assert.equal(askedAt(end).n02, LATEST_MS + 1500 + 1000);
    assert.ok(end.scene.clock.now() - end.start < LATEST_MS + 12_000, 'nobody waits after the last one');
  });
});

describe('a request', () => {
  const windowOf = async (options: string) => {
    const { scene } = await conduct([node('ok')], options);
    const [message] = scene.bus.published;
    const { issuedAt, notAfter } = decodeRequest(message?.body ?? assert.fail('nothing was sent'));
    return [notAfter - issuedAt, (message?.expiresAt ?? 0) - issuedAt];
  };

  it('is valid no longer than it is waited for; a broker keeps it for as long as nodes may take it', async () => {
    assert.deepEqual(await windowOf(''), [TIMEOUT_MS, LATEST_MS]);
    assert.deepEqual(await windowOf('--timeout 2'), [2000, 32_000]);
    assert.deepEqual(await windowOf('--timeout 45'), [45_000, 60_000]);
    assert.deepEqual(await windowOf('--timeout 300'), [60_000, 60_000]);
  });

  it('is valid for as long as `--ttl` says', async () => {
    assert.deepEqual(await windowOf('--ttl 120'), [120_000, 120_000]);
    assert.deepEqual(await windowOf('--ttl 1 --timeout 60'), [1000, 1000]);
  });
});
