import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OpenTrail, openAuditTrail } from '../../../../src/adapters/store/audit/open-audit-trail.ts';
import { answerAudit } from '../../../../src/bot/control/answer-audit.ts';
import type { ControlScene } from '../../../../src/bot/control/control-scene.ts';
import { startTrail } from '../../../../src/bot/records/trail.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import type { AuditTrail, Verification } from '../../../../src/core/audit-trail.ts';
import type { AuditSearch, Control, Tell } from '../../../../src/core/command.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeSigner } from '../../../fakes/fake-keys.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';
import { createScene } from '../scripted-fleet.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 60 * 60_000;
const RUN = '019a0000-0000-7000-8000-000000007f3a';

type AuditControl = Extract<Control, { verb: 'audit' }>;

async function setUp(decision: Decision = allowed('roles.yaml:4')) {
  const clock = createFakeClock(NOON);
  const { bot: base } = createScene({});
  const trail = await openAuditTrail({
    path: ':memory:',
    by: 'bot:test',
    clock,
    signer: createFakeSigner('mco-read'),
    onProblem: (problem) => assert.fail(problem),
  });
  const asked: unknown[] = [];
  const authority = {
    ...base.authority,
    identify: (account: string) => account.replace(/^.*\//, 'person:'),
    accountsOf: (person: string) => (person === 'person:raj' ? ['slack:T1/raj', 'console:raj'] : []),
    decide: (question: { agent: string; action: string; effect: string }) => {
      asked.push(`${question.agent}.${question.action} ${question.effect}`);
      return decision;
    },
  };
  const bot = { ...base, authority, clock, trail, audit: trail };
  const message = { text: 'audit', account: 'slack:T1/ana', origin: { chat: 'slack', channel: 'T1/C1' } };
  const ask = async (
    control: Partial<AuditControl>,
    search?: AuditSearch,
    { format = 'text', own = { trail } }: { format?: 'text' | 'json'; own?: { trail: AuditTrail | undefined } } = {},
  ): Promise<Tell> => {
    const commandTrail = startTrail(bot, message);
    commandTrail.know({ caller: 'person:ana' });
    const scene: ControlScene = {
      message,
      asker: { caller: 'person:ana', account: message.account, place: 'slack:T1/C1', memberships: NOBODY },
      surface: createFakeSurface(),
      trail: commandTrail,
      signal: new AbortController().signal,
      typed: message.text,
      options: { format, noProgress: false, quiet: false, verbose: false, search },
    };
    return await answerAudit({ ...bot, ...own }, scene, {
      kind: 'control',
      verb: 'audit',
      what: 'find',
      ...control,
    } as AuditControl);
  };
  const write = (agoMs: number, record: Partial<AuditRecord>): Promise<void> =>
    trail.append({ at: new Date(NOON - agoMs).toISOString(), by: 'bot:test', event: 'decided', ...record });
  return { ask, asked, clock, trail, write };
}

const NOBODY = { of: new Set<string>(), unresolved: [] };

/** Every record of a trail. */
const readAll = async (trail: OpenTrail): Promise<readonly AuditRecord[]> =>
  (await trail.find({ max: 1000 })).map(({ record }) => record);

const linesOf = ({ sections }: Tell): readonly string[] => sections.flatMap(({ lines }) => lines);

describe('audit', () => {
  it('shows what was recorded in the last day, the newest twenty at most, and says that there is more', async () => {
    const { ask, write } = await setUp();
    await write(25 * HOUR_MS, { caller: 'person:old' });
    for (let i = 0; i < 30; i++) await write(HOUR_MS, { caller: `person:p${i}`, action: 'package.status' });
    const answer = await ask({});
    assert.match(answer.title, /^the newest 20 records of the last 24 hours/);
    const lines = linesOf(answer);
    assert.equal(lines.length, 21);
    // The last one is this very question: that it was allowed is on record before anything is read.
    assert.match(lines[19] ?? '', /decided +person:ana mcobot\.audit/);
    assert.match(lines[18] ?? '', /^2026-11-22T11:00:00Z decided +person:p29 package\.status/);
    assert.match(lines[20] ?? '', /there are more/);
    assert.ok(!lines.some((line) => line.includes('person:old')));
  });

  it('finds by person, by account, by node, by action, by run and by time', async () => {
    const { ask, write } = await setUp();
    await write(3 * HOUR_MS, { caller: 'person:bob', action: 'package.update', run: RUN, nodes: ['web1', 'web2'] });
    await write(2 * HOUR_MS, { caller: 'slack:T1/bob', event: 'received', command: 'ping' });
    await write(1 * HOUR_MS, { caller: 'person:raj', action: 'service.restart', approvedBy: ['person:eva'] });
    const seen = async (search: AuditSearch): Promise<string[]> =>
      linesOf(await ask({}, search))
        .map((line) => /^\S+T(\d\d)/.exec(line)?.[1] ?? '')
        .filter((hour) => hour !== '12' && hour !== '');
    assert.deepEqual(await seen({ who: 'bob' }), ['09']);
    assert.deepEqual(await seen({ who: '@bob' }), ['09']);
    assert.deepEqual(await seen({ who: 'slack:T1/bob' }), ['09', '10']);
    assert.deepEqual(await seen({ who: 'person:eva' }), ['11']);
    assert.deepEqual(await seen({ node: 'web2' }), ['09']);
    assert.deepEqual(await seen({ action: 'package' }), ['09']);
    assert.deepEqual(await seen({ action: 'service.restart' }), ['11']);
    assert.deepEqual(await seen({ run: '7f3a' }), ['09']);
    assert.deepEqual(await seen({ since: { agoMs: 2.5 * HOUR_MS } }), ['10', '11']);
    assert.deepEqual(await seen({ until: { at: NOON - 1.5 * HOUR_MS } }), ['09', '10']);
    assert.deepEqual(await seen({ who: 'nobody' }), []);
  });

  it('says of names that mean nothing today what may be meant, and looks for them all the same', async () => {
    const { ask, write } = await setUp();
    await write(HOUR_MS, { caller: 'person:bob', action: 'package.updat' });
    const answer = linesOf(await ask({}, { action: 'package.updat' }));
    assert.match(answer[0] ?? '', /package\.updat/);
    assert.equal(answer[1], 'no action is called `package.updat` now: did you mean `package.update`?');
    assert.equal(linesOf(await ask({}, { action: 'package.update' })).length, 0);
  });

  it('refuses a time in which nothing can be', async () => {
    const { ask } = await setUp();
    const early = { at: NOON - HOUR_MS };
    await assert.rejects(ask({}, { since: { agoMs: 1 }, until: early }), { code: 'usage/bad-time' });
    await assert.rejects(ask({}, { since: { at: NOON + 1000 } }), { code: 'usage/bad-time' });
  });

  it('finds a person with all accounts that the policy lists', async () => {
    const { ask, write } = await setUp();
    for (const caller of ['person:raj', 'slack:T1/raj', 'console:raj', 'slack:T1/rajesh'])
      await write(HOUR_MS, { caller });
    for (const who of ['raj', '@raj', 'person:raj']) assert.equal(linesOf(await ask({}, { who })).length, 3, who);
  });

  it('leaves the answers of nodes out and says how many, unless a node is asked for', async () => {
    const { ask, write } = await setUp();
    await write(3 * HOUR_MS, { event: 'intent', caller: 'person:bob', run: RUN, nodes: ['web1', 'web2'] });
    const answer = { event: 'answered', caller: 'person:bob', run: RUN, result: 'ok' } as const;
    await write(2 * HOUR_MS, { ...answer, node: 'web1' });
    const one = linesOf(await ask({}, { run: '7f3a' }));
    assert.equal(one.at(-1), 'and 1 answer of a node: `--node NODE` or `--json` shows it');
    await write(2 * HOUR_MS, { ...answer, node: 'web2' });
    const lines = linesOf(await ask({}, { run: '7f3a' }));
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', / intent /);
    assert.equal(lines[1], 'and 2 answers of nodes: `--node NODE` or `--json` shows them');
    assert.equal(linesOf(await ask({}, { node: 'web2' })).filter((line) => line.includes(' answered ')).length, 1);
    assert.equal(linesOf(await ask({}, { run: '7f3a' }, { format: 'json' })).length, 3);
    const alone = await ask({}, { who: 'bob', since: { agoMs: 2.5 * HOUR_MS } });
    assert.equal(alone.title, 'nothing but answers of nodes is on record that fits');
    assert.match(linesOf(alone)[0] ?? '', /^and 2 answers/);
  });

  it('counts only answers of the time that it shows, and not without end', async () => {
    const { ask, write } = await setUp();
    const answer = { event: 'answered', caller: 'person:bob', node: 'web1' } as const;
    for (let i = 0; i < 5; i++) await write(5 * HOUR_MS, answer);
    for (let i = 0; i < 25; i++) await write(HOUR_MS, { caller: 'person:bob' });
    await write(HOUR_MS, answer);
    assert.match(linesOf(await ask({}, { who: 'bob' })).at(-2) ?? '', /^and 1 answer of a node/);
    await Promise.all(Array.from({ length: 1000 }, () => write(HOUR_MS, answer)));
    assert.match(linesOf(await ask({}, { who: 'bob' })).at(-2) ?? '', /^and more than 1000 answers of nodes/);
  });

  it('finds older records where anything is asked for', async () => {
    const { ask, write } = await setUp();
    await write(90 * 24 * HOUR_MS, { caller: 'person:bob', action: 'package.update' });
    assert.match(linesOf(await ask({}, { who: 'bob' }))[0] ?? '', /^2026-08-24T12:00:00Z/);
    assert.match((await ask({}, { who: 'bob', since: { agoMs: HOUR_MS } })).title, /nothing is on record that fits/);
  });

  it('gives whole records as JSON lines where JSON is asked for', async () => {
    const { ask, write } = await setUp();
    for (let i = 0; i < 40; i++) await write(HOUR_MS, { caller: 'person:bob', reason: '\u001b[2J', count: i });
    const lines = linesOf(await ask({}, { who: 'bob' }, { format: 'json' }));
    assert.equal(lines.length, 40);
    const { seq, hash, reason, count } = JSON.parse(lines[39] ?? '') as Record<string, unknown>;
    assert.deepEqual([seq, reason, count], [40, '\u001b[2J', 39]);
    assert.match(String(hash), /^[0-9a-f]{64}$/);
    assert.ok(!lines.join('').includes('\u001b'));
  });

  it('tells nothing to whom the policy does not let see it, and that is on record', async () => {
    const { ask, asked, trail, write } = await setUp(denied('you have read here', 'roles.yaml:9'));
    await write(HOUR_MS, { caller: 'person:bob' });
    for (const what of ['find', 'verify', 'checkpoint'] as const) {
      await assert.rejects(ask({ what } as Partial<AuditControl>), { code: 'denied/policy', rules: ['roles.yaml:9'] });
    }
    assert.deepEqual(asked, Array(3).fill('mcobot.audit read'));
    const denials = (await readAll(trail)).slice(1);
    assert.deepEqual(
      denials.map(({ event, result, action, caller, rules }) => [event, result, action, caller, rules]),
      Array(3).fill(['decided', 'deny', 'mcobot.audit', 'person:ana', ['roles.yaml:9']]),
    );
  });

  it('is read by nobody where that can not be recorded', async () => {
    const { ask, trail } = await setUp();
    await trail.close();
    await assert.rejects(ask({}), { code: 'failed/audit' });
  });

  it('says where there is no trail to read', async () => {
    const { ask } = await setUp();
    await assert.rejects(ask({}, undefined, { own: { trail: undefined } }), { code: 'usage/no-trail' });
  });
});

describe('audit verify', () => {
  it('tells how many records there are, where they end, and how old the last checkpoint is', async () => {
    const { ask, clock, trail, write } = await setUp();
    await write(HOUR_MS, { caller: 'person:bob' });
    assert.match(linesOf(await ask({ what: 'verify' }))[1] ?? '', /no signed checkpoint yet/);
    const lastCheckpoint = { type: 'mcobot-audit-checkpoint', v: 1, by: 'bot:test', trail: trail.id, seq: 2 } as const;
    const at = new Date(clock.now() - 3 * HOUR_MS).toISOString();
    const verify = async (): Promise<Verification> => ({
      ...(await trail.verify()),
      checkpoints: 4,
      lastCheckpoint: { ...lastCheckpoint, at, hash: 'f'.repeat(64) },
    });
    const { seq, hash } = await trail.head();
    const answer = await ask({ what: 'verify' }, undefined, { own: { trail: { ...trail, verify } } });
    assert.equal(answer.title, `OK: ${seq + 1} records, none changed, removed or moved`);
    assert.match(linesOf(answer)[0] ?? '', new RegExp(`head: record ${seq + 1}, hash [0-9a-f]{64}`));
    assert.ok(!linesOf(answer)[0]?.includes(hash));
    assert.equal(linesOf(answer)[1], '4 signed checkpoints, the last one 3 h ago at record 2');
  });

  it('tells each fault, and reads once for all who ask at the same time', async () => {
    const { ask, trail } = await setUp();
    let reads = 0;
    const verify = async (): Promise<Verification> => {
      reads++;
      await new Promise((resolve) => setImmediate(resolve));
      const faults = [{ seq: 17, kind: 'changed', message: 'record 17 was changed' }] as const;
      return { records: 20, head: await trail.head(), checkpoints: 0, faults };
    };
    const broken = { own: { trail: { ...trail, verify } } };
    const answers = await Promise.all([1, 2, 3].map(() => ask({ what: 'verify' }, undefined, broken)));
    assert.equal(answers[0]?.title, 'FAILED: 1 fault in 20 records');
    assert.equal(linesOf(answers[2] ?? assert.fail())[0], 'record 17 was changed');
    assert.equal(reads, 1);
    await ask({ what: 'verify' }, undefined, broken);
    assert.equal(reads, 2);
  });
});

describe('audit checkpoint', () => {
  it('signs the end of the trail, and says what with', async () => {
    const { ask, trail } = await setUp();
    const answer = await ask({ what: 'checkpoint' });
    assert.equal(answer.title, 'the trail is signed up to record 1');
    const [record] = (await readAll(trail)).filter(({ event }) => event === 'checkpoint');
    const [hash, signer] = linesOf(answer);
    assert.equal(hash, `hash ${record?.digest}`);
    assert.ok(signer?.startsWith(`signed by ${record?.signer} at 2026-11-22T12:00:00.000Z`), signer);
  });
});
