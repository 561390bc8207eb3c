import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOrder } from '../../../../src/bot/approval/freeze-order.ts';
import { verifyOrder } from '../../../../src/bot/approval/verify-order.ts';
import type { StoredApproval } from '../../../../src/core/store.ts';
import { alive } from '../scripted-fleet.ts';
import { createApprovalScene } from './approval-scene.ts';

describe('an order that needs approval', () => {
  it('waits: nothing is sent, and its root and thread say what is to be approved', async () => {
    const scene = await createApprovalScene();
    const run = await scene.park();
    assert.deepEqual(scene.requests(), []);
    const { approval } = run;
    assert.deepEqual([approval?.state, approval?.order.nodes, approval?.count], ['awaiting', ['web1', 'web2'], 1]);
    const short = approval?.digest.slice(0, 6);
    assert.match(
      scene.rootText(),
      new RegExp(`\nAWAITING APPROVAL · 2 nodes, list ${short} · needs 1 of leads, not @ana · expires \\d\\d:43 UTC\n`),
    );
    assert.deepEqual(scene.buttons(), ['approve', 'reject', 'withdraw']);
    const thread = scene.chat.texts()[1] ?? '';
    for (const part of ['package = nginx', 'web1   web2', approval?.digest ?? '-', `approve 0001 ${short}`]) {
      assert.ok(thread.includes(part), part);
    }
    assert.deepEqual(scene.told(), ['decided ana allow', 'awaiting ana needs-approval']);
    const { nodes, digest, count, rules, input } = scene.audit.records.at(-1) ?? {};
    assert.deepEqual(
      [nodes, digest, count, rules, input],
      [['web1', 'web2'], approval?.digest, 2, ['roles.yaml:14'], { package: 'nginx' }],
    );
    assert.equal(run.end, undefined);
  });

  it('is sent as it was frozen when somebody approves it, in its own thread and with everybody’s names', async () => {
    const scene = await createApprovalScene();
    const { approval } = await scene.park();
    assert.match(await scene.tell('raj', 'approve 0001'), /^run 0001 is approved \(list \w{6}, 2 nodes\)/);
    const digest = approval?.digest;
    assert.deepEqual(
      scene.requests().map(({ audience, caller, targets, approvals, approvedAt }) => {
        return { audience, caller, targets, approvals, approvedAt };
      }),
      ['web1', 'web2'].map((audience) => ({
        audience,
        caller: 'person:ana',
        targets: { count: 2, digest, isNarrowed: false },
        approvals: [{ by: 'person:raj', at: scene.clock.now() - 2000, digest }],
        approvedAt: scene.clock.now() - 2000,
      })),
    );
    assert.deepEqual(scene.told().slice(2), ['approved raj', 'decided ana allow', 'intent ana', 'outcome ana OK']);
    const [approved, decided, intent, outcome] = scene.audit.records
      .filter(({ event }) => event !== 'answered' && event !== 'received')
      .slice(2);
    for (const record of [approved, decided, intent, outcome]) assert.deepEqual(record?.approvedBy, ['person:raj']);
    for (const record of [approved, decided, intent]) assert.equal(record?.digest, digest);
    for (const record of [decided, intent, outcome]) assert.deepEqual(record?.input, { package: 'nginx' });
    for (const record of [decided, intent]) assert.deepEqual(record?.rules, ['roles.yaml:14']);
    const edits = scene.chat.calls.filter(({ name, urgency }) => name === 'edit' && urgency === 'final');
    assert.match(edits[1]?.text ?? '', /\nAPPROVED by @raj · 2 nodes, list \w{6}$/, 'the buttons are gone at once');
    assert.match(scene.rootText(), /\nOK · 2 \/ 2 · .* · approved by @raj 22:13 UTC\n/);
    assert.deepEqual(scene.buttons(), ['again', 'details']);
    assert.deepEqual(
      (await scene.end())?.approvedBy?.map(({ by }) => by),
      ['person:raj'],
    );
    assert.deepEqual(scene.problems, []);
  });

  it('goes on as RUNNING without the buttons, and can be cancelled then', async () => {
    const scene = await createApprovalScene({ fleet: { web1: alive(() => ({})), web2: alive(() => undefined) } });
    await scene.park();
    await scene.press('raj', 'approve', 4000);
    assert.match(scene.rootText(), /\nRUNNING \[ .* 1 \/ 2 · \d s · approved by @raj \d\d:\d\d UTC · waiting for web2/);
    assert.deepEqual(scene.buttons(), ['cancel']);
    await scene.press('raj', 'cancel');
    assert.equal((await scene.end())?.outcome, 'CANCELLED');
  });

  it('is approved by the list that somebody saw, and by no other', async () => {
    const scene = await createApprovalScene();
    const { approval } = await scene.park();
    const digest = approval?.digest ?? '';
    const other = digest.startsWith('0000') ? '1111' : '0000';
    assert.match(await scene.tell('raj', `approve 0001 ${other}`), /^DENIED · run `0001` is not about list/);
    assert.equal(scene.told().at(-1), 'decided raj deny');
    assert.equal(scene.audit.records.at(-1)?.code, 'denied/changed-list');
    for (const wrong of [digest.slice(0, 3), 'xyzw', `${digest}0`]) {
      assert.match(await scene.tell('raj', `approve 0001 ${wrong}`), /^NOT SENT · `\w+` is no list/);
    }
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
    await scene.tell('raj', `approve 0001 ${digest.slice(0, 4).toUpperCase()}`);
    assert.equal((await scene.end())?.outcome, 'OK');
  });

  it('is not approved by a button of another message', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    await scene.park('package update bash');
    const [first] = scene.chat.posts;
    const { id: run } = await scene.lastRun();
    await scene.chat.press(first, 'approve', { account: 'slack:T1/raj', run });
    await scene.clock.advance(2000);
    assert.deepEqual(
      scene.refusals.map(({ error }) => error.code),
      ['untrusted/foreign-click'],
    );
    assert.deepEqual(scene.requests(), []);
  });

  it('is never approved by the requester, whatever account or name they use', async () => {
    const scene = await createApprovalScene();
    scene.policy.leads.push('ana');
    await scene.park();
    assert.match(await scene.press('ana', 'approve'), /^DENIED · nobody decides about their own request/);
    assert.equal(scene.audit.records.at(-1)?.code, 'denied/own-request');
    // Another account of the same person.
    scene.policy.renamed.set('slack:T1/ana2', 'person:ana');
    assert.match(await scene.tell('ana2', 'approve 0001'), /^DENIED · nobody decides/);
    // The same account under another name: the policy was changed meanwhile.
    scene.policy.renamed.set('slack:T1/ana', 'person:raj');
    assert.match(await scene.tell('ana', 'approve 0001'), /^DENIED · nobody decides/);
    // Both accounts were listed for the same person only after she had asked.
    scene.policy.leads.push('anna');
    scene.policy.renamed.set('slack:T1/ana', 'person:anna').set('slack:T1/ana2', 'person:anna');
    assert.match(await scene.tell('ana2', 'approve 0001'), /^DENIED · nobody decides/);
    // Her account is nobody's any more, and she has a new one.
    scene.policy.renamed.set('slack:T1/ana', 'slack:T1/ana').set('slack:T1/ana2', 'person:ana');
    assert.match(await scene.tell('ana2', 'approve 0001'), /^DENIED · nobody decides/);
    assert.deepEqual(scene.told().slice(2), [
      'decided ana deny',
      'decided ana deny',
      'decided raj deny',
      'decided anna deny',
      'decided ana deny',
    ]);
    assert.deepEqual([scene.requests(), (await scene.lastRun()).approval?.yes], [[], []]);
  });

  it('is approved by members of the group alone; one of whom nobody knows is told so', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    assert.match(await scene.press('eve', 'approve'), /^DENIED · only members of `leads` decide about run `0001`/);
    scene.policy.isAway = true;
    assert.match(await scene.press('raj', 'approve'), /^DENIED · nobody knows for now whether you are in `leads`/);
    assert.deepEqual(scene.told().slice(2), ['decided eve deny', 'decided raj deny']);
    assert.equal(scene.audit.records.at(-1)?.code, 'denied/not-approver');
    assert.deepEqual(scene.requests(), []);
    assert.deepEqual(scene.buttons(), ['approve', 'reject', 'withdraw'], 'it waits still');
  });

  it('is approved and rejected by members whom the chat has in the group now, not a while ago', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    scene.policy.memberships = () => ({ of: new Set(['nobody']), unresolved: [] });
    assert.match(await scene.press('raj', 'approve'), /^DENIED · only members of `leads` decide/);
    assert.match(await scene.press('raj', 'reject'), /^DENIED · only members of `leads` decide/);
    scene.policy.memberships = () => ({ of: new Set(), unresolved: ['slack:T1/S1'] });
    assert.match(await scene.press('raj', 'approve'), /^DENIED · nobody knows for now whether you are in `leads`/);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
    scene.policy.looked.length = 0;
    await scene.tell('eve', 'approve 0001');
    assert.ok(
      scene.policy.looked.every(([, options]) => options?.isFresh !== true),
      'for strangers nobody is asked',
    );
  });

  it('needs different people, each once', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    await scene.park();
    assert.match(await scene.tell('raj', 'approve 0001'), /^you have approved run 0001 \(.*\): 1 more of leads needed/);
    assert.match(scene.rootText(), /AWAITING APPROVAL · .* needs 2 of leads, not @ana · approved by @raj · expires/);
    assert.match(await scene.tell('raj', 'approve 0001'), /^NOT SENT · you have approved run `0001` already/);
    scene.policy.renamed.set('slack:T1/raj2', 'person:raj');
    assert.match(await scene.tell('raj2', 'approve 0001'), /already/);
    assert.deepEqual([scene.requests(), (await scene.lastRun()).approval?.yes.length], [[], 1]);
    assert.match(await scene.tell('bob', 'approve 0001'), /is approved/);
    assert.deepEqual(
      scene.requests()[0]?.approvals?.map(({ by }) => by),
      ['person:raj', 'person:bob'],
    );
    assert.match(scene.rootText(), /approved by @raj \d\d:\d\d UTC, @bob \d\d:\d\d UTC/);
  });

  it('is sent once when two approve it at the same time, and the slower one is told', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    const press = (name: string) => scene.chat.press(scene.root(), 'approve', { account: `slack:T1/${name}` });
    await Promise.all([press('raj'), press('bob')]);
    await scene.clock.advance(2000);
    assert.deepEqual(
      scene.requests().map(({ audience }) => audience),
      ['web1', 'web2'],
    );
    const told = scene.chat.whispers.map(({ text }) => text).sort();
    assert.match(told[0] ?? '', /^NOT SENT · run `0001` is approved already, by @raj/);
    assert.match(told[1] ?? '', /^run 0001 is approved/);
    assert.equal(scene.told().filter((line) => line === 'outcome ana OK').length, 1);
  });

  it('counts both of two who approve at the same time, where both are needed', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    await scene.park();
    const press = (name: string) => scene.chat.press(scene.root(), 'approve', { account: `slack:T1/${name}` });
    await Promise.all([press('raj'), press('bob')]);
    await scene.clock.advance(2000);
    assert.equal(scene.requests().length, 2);
    assert.equal(scene.told().filter((line) => line.startsWith('approved')).length, 2);
    assert.equal((await scene.end())?.outcome, 'OK');
  });

  it('is not sent when what the store keeps of it was changed', async () => {
    const scene = await createApprovalScene();
    const { id, approval } = await scene.park();
    assert.ok(approval);
    const { order } = approval;
    const changes = [
      { nodes: [...order.nodes, 'web3'] },
      { ask: { ...order.ask, input: { package: 'bash' } } },
      { caller: 'person:eve' },
      { options: { ...order.options, batch: { count: 1 } } },
    ];
    for (const change of changes) {
      const changed: StoredApproval = { ...approval, order: { ...order, ...change } };
      const now = (await scene.store.runs.find(id))?.approval;
      assert.equal(await scene.store.runs.changeApproval(id, now ?? approval, changed), true);
      assert.match(await scene.press('raj', 'approve'), /^NOT SENT · what is kept of this order is not what was shown/);
      assert.equal(scene.audit.records.at(-1)?.code, 'untrusted/changed-order');
    }
    // Whoever changes the digest too is found out by who saw the first one, also where there is no trail to read.
    Object.assign(scene.bot(), { trail: undefined });
    const forged = { ...order, nodes: ['web3'] };
    const now = (await scene.store.runs.find(id))?.approval ?? approval;
    const digest = digestOrder(scene.bot().hash, forged);
    await scene.store.runs.changeApproval(id, now, { ...approval, order: forged, digest });
    const typed = `approve 0001 ${approval.digest.slice(0, 6)}`;
    assert.match(await scene.tell('raj', typed), /^DENIED · run `0001` is not about list/);
    assert.deepEqual(scene.requests(), []);
  });

  it('is not sent when the store was changed together with its digest: the list on record is another', async () => {
    const scene = await createApprovalScene();
    const { id, approval } = await scene.park();
    assert.ok(approval);
    const order = { ...approval.order, nodes: ['web3'] };
    const digest = digestOrder(scene.bot().hash, order);
    await scene.store.runs.changeApproval(id, approval, { ...approval, order, digest });
    assert.match(await scene.press('raj', 'approve'), /^NOT SENT · what is kept of this order is not what was shown/);
    const { event, code } = scene.audit.records.at(-1) ?? {};
    assert.deepEqual([event, code, scene.requests()], ['refused', 'untrusted/changed-order', []]);
    assert.equal((await scene.lastRun()).approval?.yes.length, 0);
  });

  it('is not sent when nothing on record says that it waits, nor as another run than its own', async () => {
    const scene = await createApprovalScene();
    const { id, approval } = await scene.park();
    assert.ok(approval);
    const { records } = scene.audit;
    const at = records.findIndex(({ event }) => event === 'awaiting');
    const [awaiting] = records.splice(at, 1);
    assert.ok(awaiting);
    assert.match(
      await scene.tell('raj', 'approve 0001'),
      /^NOT SENT · what is kept of this order is not what was shown/,
    );
    records.splice(at, 0, awaiting);
    await scene.park('package update bash');
    const other = (await scene.lastRun()).approval;
    assert.ok(other);
    await scene.store.runs.changeApproval(id, approval, other);
    assert.match(await scene.tell('raj', `approve ${id}`), /^NOT SENT · what is kept of this order/);
    assert.deepEqual(scene.requests(), []);
  });

  it('is not sent with a yes that nobody said', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    const { id, approval } = await scene.park();
    assert.ok(approval);
    const { digest } = approval;
    const yes = { by: 'person:bob', account: 'slack:T1/bob', place: 'slack:T1/C1', at: scene.clock.now(), digest };
    await scene.store.runs.changeApproval(id, approval, { ...approval, yes: [yes] });
    assert.match(await scene.press('raj', 'approve'), /^NOT SENT · what is kept of this order is not what was shown/);
    assert.deepEqual(scene.requests(), []);
  });

  it('is changed behind the bot’s back after the yes, and not sent all the same', async () => {
    const scene = await createApprovalScene();
    const { approval } = await scene.park();
    assert.ok(approval);
    const order = { ...approval.order, nodes: ['web3'] };
    const yes = [
      { by: 'person:raj', account: 'slack:T1/raj', place: 'slack:T1/C1', at: scene.clock.now(), digest: '' },
    ];
    const digest = digestOrder(scene.bot().hash, order);
    const forged: StoredApproval = { ...approval, order, digest, yes: yes.map((one) => ({ ...one, digest })) };
    await assert.rejects(verifyOrder(scene.bot(), forged), { code: 'untrusted/changed-order' });
  });

  it('waits on while the requester has no room for another run', async () => {
    const fleet = { web1: alive(({ action }) => (action === 'status' ? undefined : {})) };
    const scene = await createApprovalScene({ fleet });
    await scene.park();
    for (let i = 0; i < 10; i++) await scene.tell('ana', 'package status nginx -I web1 -t 300', 10);
    const { id } = (await scene.store.runs.open())[0] ?? {};
    assert.match(await scene.tell('raj', `approve ${id}`), /^NOT SENT · too many runs are under way/);
    const run = await scene.store.runs.find(id ?? '');
    assert.deepEqual([run?.approval?.state, run?.approval?.yes], ['awaiting', []]);
    assert.ok(!scene.told().includes('approved raj'));
  });

  it('is not approved when that can not be put on record', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    scene.audit.isFull = true;
    assert.match(await scene.tell('raj', 'approve 0001'), /^NOT SENT · the audit log can not be written/);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
    assert.deepEqual(scene.requests(), []);
  });

  it('is found in its own channel alone, and what needs no approval can’t be approved', async () => {
    const scene = await createApprovalScene();
    const { id } = await scene.park();
    await scene.chat.say(`approve ${id}`, { account: 'slack:T1/raj', channel: 'C2' });
    await scene.clock.advance(2000);
    assert.match(scene.chat.whispers.at(-1)?.text ?? '', /^NOT SENT · no run of this channel ends in/);
    const read = await scene.ask('package status nginx');
    assert.match(await scene.tell('raj', `approve ${read.id}`), /^NOT SENT · run `\w+` needs no approval/);
  });
});
