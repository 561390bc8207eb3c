import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeRequest, type Request } from '../../../../src/core/request.ts';
import type { ApprovalRule, Decision, NodeLimit } from '../../../../src/policy/policy.ts';
import { allowedBy, grantOf } from '../../../fakes/decisions.ts';
import { alive, createScene, matching, type Script } from '../scripted-fleet.ts';

const limitTo = (fact: string, value: string): NodeLimit => ({
  text: `-F ${fact}=${value}`,
  expression: { fact: { fact, op: '=', value } },
});
const STAGING = limitTo('environment', 'staging');
const PRODUCTION = limitTo('environment', 'production');
const BY_LEADS: ApprovalRule = { overNodes: 2, from: 'leads', count: 1, expiresMs: 1_800_000 };

/** Three nodes of staging, five of production. */
const FLEET: Readonly<Record<string, Script>> = Object.fromEntries(
  ['s1', 's2', 's3', 'p1', 'p2', 'p3', 'p4', 'p5'].map((identity) => {
    const environment = identity.startsWith('s') ? 'staging' : 'production';
    return [identity, matching({ identity, facts: { environment }, classes: ['web'] }, alive())];
  }),
);

const UPDATE = 'package update nginx -C web';

async function ask(decision: Decision, text = UPDATE) {
  const scene = createScene(FLEET, () => decision);
  const handled = await scene.run(text);
  const requests = scene.bus.published.map(({ body }) => decodeRequest(body));
  const isPing = ({ action }: Request): boolean => action === 'ping';
  return {
    ...scene,
    handled,
    report: handled.report,
    discoveries: requests.filter(isPing),
    sent: requests.filter((request) => !isPing(request)),
    audiences: requests
      .filter((request) => !isPing(request))
      .map(({ audience }) => audience)
      .sort(),
    records: scene.audit.records,
  };
}

describe('what the policy says of nodes', () => {
  it('is in the filter of discovery and of every request, so that each node checks it again', async () => {
    const { discoveries, sent, audiences } = await ask(allowedBy(grantOf({ nodes: STAGING })));
    assert.deepEqual(audiences, ['s1', 's2', 's3']);
    for (const { filter } of [...discoveries, ...sent]) {
      assert.deepEqual(filter.where, [STAGING.expression]);
      assert.deepEqual(filter.classes, [{ is: 'web' }]);
    }
  });

  it('is on record with the intent, and so are the rules of the grant that is used', async () => {
    const { records } = await ask(allowedBy(grantOf({ nodes: STAGING, rules: ['roles.yaml:5', 'bindings.yaml:2'] })));
    const intent = records.find(({ event }) => event === 'intent');
    assert.deepEqual(intent?.filter?.where, [STAGING.expression]);
    assert.deepEqual(intent?.rules, ['roles.yaml:5', 'bindings.yaml:2']);
  });

  it('leaves out the nodes that a denial is for, whatever allows the rest', async () => {
    const { audiences, sent } = await ask({ ...allowedBy(grantOf()), excluded: [PRODUCTION] });
    assert.deepEqual(audiences, ['s1', 's2', 's3']);
    assert.ok(sent.every(({ filter }) => JSON.stringify(filter.where).includes('"not"')));
  });

  it('holds for nodes that are named too: discovery tells which of them are meant', async () => {
    const text = 'package update nginx -I s1 -I p1';
    const { audiences, discoveries } = await ask(allowedBy(grantOf({ nodes: STAGING })), text);
    assert.deepEqual(audiences, ['s1']);
    assert.equal(discoveries.length, 1);
    const denied = await ask({ ...allowedBy(grantOf()), excluded: [STAGING] }, text);
    assert.deepEqual(denied.audiences, ['p1']);
  });

  it('holds for the nodes of a list, which is asked as it is where nothing limits it', async () => {
    const readNodeList = async () => ['s1', 'p1', 'gone1'];
    const text = 'package update nginx --nodes ./list';
    const limited = createScene(FLEET, () => allowedBy(grantOf({ nodes: STAGING })));
    const { report } = await limited.run(text, { readNodeList });
    assert.deepEqual(
      report?.results.map(({ node }) => node),
      ['s1'],
    );
    const free = createScene(FLEET, () => allowedBy(grantOf()));
    assert.deepEqual((await free.run(text, { readNodeList })).report?.counts.targeted, 3);
    assert.ok(free.bus.published.every(({ body }) => decodeRequest(body).action !== 'ping'));
  });

  it('is told where nobody is left by it', async () => {
    const { report } = await ask(allowedBy(grantOf({ nodes: limitTo('environment', 'lab') })));
    assert.equal(report?.outcome, 'NO MATCH');
    assert.match(report.problem?.message ?? '', /`-F environment=lab`/);
  });
});

describe('a limit of the policy', () => {
  it('on how many nodes denies the run when they are known, and nothing is sent', async () => {
    const { report, handled, sent, records, surface } = await ask(
      allowedBy(grantOf({ maxNodes: 7, rules: ['roles.yaml:9'] })),
    );
    assert.deepEqual([report?.outcome, handled.exitCode], ['DENIED', 1]);
    assert.deepEqual([report?.counts.targeted, report?.counts.notSent], [8, 8]);
    assert.equal(report?.problem?.code, 'denied/limit');
    assert.deepEqual(report?.problem?.rules, ['roles.yaml:9']);
    assert.match(report?.problem?.message ?? '', /8 nodes/);
    assert.equal(sent.length, 0);
    assert.equal(surface.reports.length, 1);
    assert.deepEqual(
      records.filter(({ event }) => event !== 'received').map(({ event, result, code }) => [event, result, code]),
      [
        ['decided', 'allow', undefined],
        ['decided', 'deny', 'denied/limit'],
        ['outcome', 'DENIED', 'denied/limit'],
      ],
    );
  });

  it('is met by as many nodes as it says', async () => {
    assert.equal((await ask(allowedBy(grantOf({ maxNodes: 8 })))).audiences.length, 8);
    assert.equal((await ask(allowedBy(grantOf({ maxNodes: 2 })), `${UPDATE} --limit 2`)).audiences.length, 2);
  });

  it('on a read is kept by asking the counted nodes one by one, never by a broadcast', async () => {
    const { audiences } = await ask(allowedBy(grantOf({ maxNodes: 8 })), 'package status nginx');
    assert.equal(audiences.length, 8);
    assert.ok(!audiences.includes('*'));
    assert.deepEqual((await ask(allowedBy(grantOf()), 'package status nginx')).audiences, ['*']);
  });

  it('that wants a filter denies a command without one, before anybody is looked for', async () => {
    const { report, bus } = await ask(allowedBy(grantOf({ requireFilter: true })), 'package update nginx');
    assert.deepEqual([report?.outcome, report?.problem?.code], ['DENIED', 'denied/limit']);
    assert.match(report?.problem?.message ?? '', /filter/);
    assert.equal(bus.published.length, 0);
  });

  for (const [filter, isEnough] of [
    ['-C web', true],
    ['-F environment=staging', true],
    ['-I s1', true],
    ['-S "web and environment=staging"', true],
    ['--nodes ./list', true],
    ['-A package', false],
    ['--limit 1', false],
    ['-1', false],
  ] as const) {
    it(`that wants a filter is ${isEnough ? '' : 'not '}met by \`${filter}\``, async () => {
      const scene = createScene(FLEET, () => allowedBy(grantOf({ requireFilter: true })));
      const { report } = await scene.run(`package update nginx ${filter}`, { readNodeList: async () => ['s1'] });
      assert.equal(report?.outcome, isEnough ? 'OK' : 'DENIED');
      const claims = scene.bus.published.flatMap(({ body }) => decodeRequest(body).targets ?? []);
      assert.ok(claims.every(({ isNarrowed }) => isNarrowed));
    });
  }

  it('that can not be put on record does nothing', async () => {
    const scene = createScene(FLEET, () => allowedBy(grantOf({ maxNodes: 1 })));
    const { report } = await scene.run(UPDATE, {
      audit: {
        append: async ({ code }) => {
          if (code === 'denied/limit') throw new Error('disk full');
        },
      },
    });
    assert.equal(report?.outcome, 'NOT SENT');
    assert.equal(scene.bus.published.length, 1);
  });
});

describe('of several grants', () => {
  it('the widest is used where it allows everything', async () => {
    const { audiences, discoveries } = await ask(allowedBy(grantOf(), grantOf({ nodes: STAGING })));
    assert.equal(audiences.length, 8);
    assert.equal(discoveries.length, 1, 'the others can be no better');
  });

  it('never two are mixed: staging without a limit and production up to four is not production without a limit', async () => {
    const both = allowedBy(grantOf({ nodes: STAGING }), grantOf({ nodes: PRODUCTION, maxNodes: 4 }));
    const { audiences, sent } = await ask(both);
    assert.deepEqual(audiences, ['s1', 's2', 's3']);
    assert.ok(sent.every(({ filter }) => JSON.stringify(filter.where) === JSON.stringify([STAGING.expression])));
    const few = await ask(both, `${UPDATE} -I p1 -I p2 -I p3 -I p4`);
    assert.deepEqual(few.audiences, ['p1', 'p2', 'p3', 'p4']);
  });

  it('the one that reaches the most nodes is used', async () => {
    const { audiences } = await ask(allowedBy(grantOf({ nodes: STAGING }), grantOf({ nodes: PRODUCTION })));
    assert.deepEqual(audiences, ['p1', 'p2', 'p3', 'p4', 'p5']);
  });

  it('one that reaches as many without approval comes before one with it', async () => {
    const everywhere = { all: [] };
    const { audiences, discoveries } = await ask(
      allowedBy(
        grantOf({ approval: BY_LEADS }),
        grantOf({ nodes: { text: '-C web', expression: everywhere }, rules: ['roles.yaml:7'] }),
      ),
    );
    assert.equal(audiences.length, 8);
    assert.equal(discoveries.length, 2);
  });

  it('one with an approval that these few nodes do not need allows them', async () => {
    assert.equal((await ask(allowedBy(grantOf({ approval: BY_LEADS })), `${UPDATE} --limit 2`)).audiences.length, 2);
  });

  it('none is used where all deny, and the widest one says why', async () => {
    const { report, sent } = await ask(
      allowedBy(
        grantOf({ maxNodes: 6, rules: ['roles.yaml:1'] }),
        grantOf({ nodes: PRODUCTION, maxNodes: 4, rules: ['roles.yaml:2'] }),
      ),
    );
    assert.deepEqual([report?.outcome, report?.counts.targeted], ['DENIED', 8]);
    assert.deepEqual(report?.problem?.rules, ['roles.yaml:1']);
    assert.equal(sent.length, 0);
  });

  it('one that nobody is there for does not hide why the other denies', async () => {
    const both = allowedBy(grantOf({ nodes: STAGING }), grantOf({ nodes: PRODUCTION, maxNodes: 1 }));
    const { report } = await ask(both, 'package update nginx -F environment=production');
    assert.deepEqual([report?.outcome, report?.counts.targeted], ['DENIED', 5]);
  });

  it('those for the same nodes are discovered once', async () => {
    const { discoveries, audiences } = await ask(
      allowedBy(
        grantOf({ nodes: STAGING, maxNodes: 1 }),
        grantOf({ nodes: STAGING, approval: { ...BY_LEADS, overNodes: 5 } }),
      ),
    );
    assert.equal(discoveries.length, 1);
    assert.equal(audiences.length, 3);
  });
});

describe('a run that needs approval', () => {
  it('sends nothing and records no intent', async () => {
    const scene = createScene(FLEET, () => allowedBy(grantOf({ approval: BY_LEADS })));
    await scene.run(UPDATE).catch(() => undefined);
    assert.ok(scene.bus.published.every(({ body }) => decodeRequest(body).action === 'ping'));
    assert.ok(scene.audit.records.every(({ event }) => event !== 'intent'));
    assert.deepEqual(scene.bot.active.ids(), [], 'its place is free');
  });
});
