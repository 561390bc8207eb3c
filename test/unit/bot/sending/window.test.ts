import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../../src/core/errors.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { sendReply } from '../scripted-fleet.ts';
import { conduct, LATEST_MS, many, mostAtWork, node, type WindowScene } from './window-scene.ts';

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

  it('gives each node a time of its own: a silent one keeps its place until it can not begin any more', async () => {
    const nodes = [node('silent'), node('ok', 2000), node('ok', 2000), node('silent'), node('ok', 100)];
    const end = await conduct(nodes, '--at-once 2');
    assert.deepEqual(
      end.asked.map(({ name, at }) => [name, at - end.start]),
      [
        ['n00', 0],
        ['n01', 0],
        ['n02', 2000],
        ['n03', 4000],
        ['n04', LATEST_MS + 1500],
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
    const prepare = ({ clock }: WindowScene): void => void Object.assign(scene, { clock });
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
