import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createAuditChannel } from '../../../../src/bot/conversation/audit-channel.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import type { Card } from '../../../../src/core/card.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { NewOutboxItem } from '../../../../src/core/store.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const RUN = '019a0000-0000-7000-8000-000000007f3a';
const ORIGIN = { chat: 'slack', channel: 'T024BE7LD/C0INC42' };
const ALLOWED = {
  event: 'decided',
  result: 'allow',
  caller: 'person:ana',
  action: 'package.status',
  run: RUN,
} as const;
const DENIED = { event: 'decided', result: 'deny', caller: 'person:bob', action: 'package.update' } as const;

const MINUTE = 60_000;

/** How many events a line stands for. */
const countOf = (line: string): number => Number(/ (\d+) (?:times, first|more)/.exec(line)?.[1] ?? 1);

function setUp() {
  const clock = createFakeClock(Date.UTC(2026, 10, 22, 10));
  const items: NewOutboxItem[] = [];
  const problems: string[] = [];
  const outbox = {
    isFull: false,
    async add(added: readonly NewOutboxItem[]) {
      if (this.isFull) throw new McoError('unreachable/chat-backlog', '20000 messages wait to be delivered');
      items.push(...added);
      return [];
    },
  };
  const channel = createAuditChannel({
    place: { chat: 'slack:T024BE7LD', channel: 'C0AUDIT' },
    clock,
    onProblem: ({ code }) => problems.push(code),
  });
  let seq = 0;
  const write = (record: Partial<AuditRecord> & Pick<AuditRecord, 'event'>): void => {
    const at = new Date(clock.now()).toISOString();
    channel.take({ seq: ++seq, hash: 'f'.repeat(64), record: { at, by: 'bot:mcobot', ...record } });
  };
  const cards = (): Card[] => items.flatMap(({ delivery }) => ('card' in delivery ? [delivery.card] : []));
  /** The lines of each post. */
  const posts = (): (readonly string[])[] =>
    cards().map(({ body }) => body.flatMap((part) => (part.kind === 'table' ? [] : part.lines)));
  return { channel, clock, items, outbox, posts, problems, write };
}

describe('the audit channel', () => {
  it('is told each decision on one line, those of two seconds in one post', async () => {
    const { channel, clock, items, outbox, posts, write } = setUp();
    channel.open(outbox);
    write({ ...ALLOWED, origin: ORIGIN, rules: ['roles.yaml:3', 'bindings.yaml:7'] });
    await clock.advance(1999);
    assert.equal(items.length, 0);
    write({
      ...DENIED,
      origin: { chat: 'console', channel: '' },
      reason: 'you have read here',
      rules: ['roles.yaml:9'],
    });
    await clock.advance(1);
    assert.deepEqual(posts(), [
      [
        'ALLOW · @ana · package.status · slack:T024BE7LD/C0INC42 · (roles.yaml:3, bindings.yaml:7) · run 7f3a · 10:00:00 UTC',
        'DENY · @bob · package.update · console · you have read here (roles.yaml:9) · 10:00:01 UTC',
      ],
    ]);
    const [{ chat, lane, delivery } = assert.fail()] = items;
    assert.deepEqual([chat, lane, delivery.kind], ['slack:T024BE7LD', 'audit', 'post']);
    assert.equal(delivery.kind === 'post' ? delivery.channel : '', 'C0AUDIT');
  });

  it('is told of approvals and their ends, of reloads and of checkpoints', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    const order = { action: 'package.update', run: RUN, count: 145, digest: '9c1e41'.padEnd(64, '0') };
    write({ event: 'awaiting', caller: 'person:ana', ...order, rules: ['roles.yaml:5'] });
    write({ event: 'approved', caller: 'person:raj', ...order, approvedBy: ['person:raj'] });
    write({ event: 'approved', caller: 'person:eva', ...order, approvedBy: ['person:raj', 'person:eva'] });
    write({ event: 'rejected', caller: 'person:raj', ...order });
    write({ event: 'expired', ...order });
    write({ event: 'reloaded', reason: 'the policy' });
    write({ event: 'reloaded', code: 'usage/bad-file', reason: 'the policy: roles.yaml:3: unknown key `alow`' });
    write({ event: 'checkpoint', count: 812, digest: 'abcdef012345'.padEnd(64, '6'), signer: 'SHA256:x' });
    await clock.advance(2000);
    assert.deepEqual(
      posts()
        .flat()
        .map((line) => line.replace(/ · 10:00:00 UTC$/, '')),
      [
        'NEEDS APPROVAL · @ana · package.update · 145 nodes, list 9c1e41 · (roles.yaml:5) · run 7f3a',
        'APPROVED · @raj · package.update · 145 nodes, list 9c1e41 · run 7f3a',
        'APPROVED · @eva · package.update · 145 nodes, list 9c1e41 · approved by @raj, @eva · run 7f3a',
        'REJECTED · @raj · package.update · 145 nodes, list 9c1e41 · run 7f3a',
        'EXPIRED · package.update · 145 nodes, list 9c1e41 · run 7f3a',
        'RELOADED · the policy',
        'NOT RELOADED · the policy: roles.yaml:3: unknown key `alow`',
        'CHECKPOINT · record 812, hash abcdef012345',
      ],
    );
  });

  it('sums up refused messages, and is told nothing of what is no decision', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    const forged = { event: 'refused', code: 'untrusted/foreign-click', caller: 'slack:T1/U1', reason: 'not its own' };
    for (let i = 0; i < 500; i++) write({ ...forged, event: 'refused' });
    write({ ...forged, event: 'refused', times: 40 });
    write({ event: 'refused', code: 'usage/unknown-option', caller: 'person:ana' });
    for (const event of ['received', 'intent', 'answered', 'outcome', 'unexpected', 'started'] as const)
      write({ event });
    await clock.advance(2000);
    assert.deepEqual(posts(), [
      ['REFUSED · slack:T1/U1 · untrusted/foreign-click not its own · 540 times, first at 10:00:00 UTC'],
    ]);
  });

  it('puts at most twenty lines into a post, what was denied first, and the others into the next', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 30; i++) write({ ...ALLOWED, caller: `person:p${i}` });
    write(DENIED);
    await clock.advance(2000);
    assert.deepEqual([posts().length, posts()[0]?.length], [1, 20]);
    assert.match(posts()[0]?.at(-1) ?? '', /^DENY · @bob/);
    await clock.advance(2000);
    assert.deepEqual([posts().length, posts()[1]?.length], [2, 11]);
    await clock.advance(60 * MINUTE);
    assert.equal(posts().length, 2);
  });

  it('shows three denials of one caller in ten minutes, and then the number of the others once', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 200; i++) {
      write({ ...DENIED, caller: 'slack:T1/UEVE', reason: `x${i}` });
      await clock.advance(3000);
    }
    await clock.advance(60 * MINUTE);
    const lines = posts().flat();
    assert.deepEqual(
      lines.map((line) => line.replace(/^.* (x\d+) · .*$/, '$1')),
      ['x0', 'x1', 'x2', 'slack:T1/UEVE: 197 more since 10:00:00 UTC: /mco audit'],
    );
  });

  it('tells approvals, reloads, checkpoints and denials of others within seconds while somebody floods it', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 120; i++) {
      write({ ...DENIED, caller: 'slack:T1/UEVE', reason: `x${i}` });
      write({ event: 'refused', code: 'untrusted/foreign-click', caller: 'slack:T1/UEVE', reason: `y${i}` });
      await clock.advance(3000);
    }
    write({ event: 'approved', caller: 'person:raj', count: 500, digest: 'a'.repeat(64) });
    write({ event: 'checkpoint', count: 9, digest: 'b'.repeat(64) });
    write({ event: 'reloaded', reason: 'the policy' });
    write({ ...DENIED, caller: 'person:mallory', action: 'shell.run' });
    await clock.advance(2000);
    const words = (posts().at(-1) ?? []).map((line) => line.split(' · ', 2).join(' '));
    assert.deepEqual(words, [
      'APPROVED @raj',
      'CHECKPOINT record 9, hash bbbbbbbbbbbb',
      'RELOADED the policy',
      'DENY @mallory',
    ]);
  });

  it('keeps ten of its thirty posts for what strangers can’t bring about', async () => {
    const { channel, clock, items, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 60; i++) {
      write({ ...DENIED, caller: `slack:T1/U${i}` });
      await clock.advance(5000);
    }
    assert.equal(items.length, 20);
    write({ event: 'checkpoint', count: 9, digest: 'b'.repeat(64) });
    await clock.advance(2000);
    assert.equal(items.length, 21);
    assert.match(posts()[20]?.at(-1) ?? '', /^CHECKPOINT/);
    assert.equal(posts()[20]?.length, 20, 'and what waits rides along');
    await clock.advance(15 * MINUTE);
    assert.equal(posts().flat().length, 61, 'nobody is left out');
  });

  it('hides nothing of the others, whatever one caller does, and leaves no event uncounted', async () => {
    const RECORDS = {
      deny: DENIED,
      allow: ALLOWED,
      approved: { event: 'approved' },
      withdrawn: { event: 'withdrawn' },
      refused: { event: 'refused', code: 'untrusted/x' },
    } as const;
    const kind = fc.constantFrom(...(Object.keys(RECORDS) as (keyof typeof RECORDS)[]));
    const flood = fc.record({
      kind,
      many: fc.integer({ min: 1, max: 400 }),
      pauseMs: fc.integer({ min: 0, max: 90_000 }),
    });
    const others = fc.array(fc.record({ kind, who: fc.integer({ min: 0, max: 9 }), after: fc.nat(20) }), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(flood, { minLength: 1, maxLength: 20 }), others, async (floods, said) => {
        const { channel, clock, outbox, posts, write } = setUp();
        channel.open(outbox);
        let sent = 0;
        const had = new Map<string, number>();
        const shown: string[] = [];
        for (const [number, { kind: what, many, pauseMs }] of floods.entries()) {
          for (let i = 0; i < many; i++) write({ ...RECORDS[what], caller: 'person:eve', reason: `f${number}.${i}` });
          sent += many;
          for (const [index, one] of said.entries()) {
            if (one.after !== number) continue;
            const share = `${one.who} ${one.kind === 'refused' ? 'deny' : one.kind}`;
            had.set(share, (had.get(share) ?? 0) + 1);
            sent++;
            write({ ...RECORDS[one.kind], caller: `person:p${one.who}`, reason: `o${index}.` });
            if ((had.get(share) ?? 0) <= 3) shown.push(`o${index}.`);
          }
          await clock.advance(pauseMs);
        }
        await clock.advance(40 * MINUTE);
        const lines = posts().flat();
        for (const reason of shown)
          assert.ok(
            lines.some((line) => line.includes(` ${reason} `)),
            reason,
          );
        assert.equal(
          lines.map(countOf).reduce((sum, count) => sum + count, 0),
          sent,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('escapes whatever somebody made of a name or a reason, and cuts it', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    const caller = 'slack:T1/U1\n\u202eALLOW · @root';
    write({ event: 'refused', code: 'untrusted/foreign-click', caller, reason: `\u001b[2J${'x'.repeat(100_000)}` });
    await clock.advance(2000);
    const [line = ''] = posts().flat();
    assert.ok(line.startsWith('REFUSED · slack:T1/U1\\n\\u202eALLOW'), line);
    assert.ok(line.includes('\\x1b[2J') && line.length < 500, line);
    assert.equal(posts().flat().length, 1);
  });

  it('leaves lines that would be too long together to the next post, and what no post holds to the count', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    const reason = '<'.repeat(5000);
    for (let i = 0; i < 20; i++)
      write({ ...DENIED, caller: `person:p${i}`, reason, rules: [`${'&'.repeat(70)}:${i}`] });
    await clock.advance(2000);
    assert.ok((posts()[0]?.length ?? 0) > 2 && (posts()[0]?.length ?? 0) < 20);
    await clock.advance(MINUTE);
    assert.equal(posts().flat().length, 20);
    write({ ...DENIED, rules: Array.from({ length: 500 }, () => '&'.repeat(70)) });
    await clock.advance(MINUTE);
    assert.deepEqual(posts().at(-1), ['and 1 more: /mco audit']);
  });

  it('gathers until it is opened, and posts what was gathered when it is flushed', async () => {
    const { channel, clock, items, outbox, posts, write } = setUp();
    write(DENIED);
    await clock.advance(60_000);
    assert.equal(items.length, 0);
    channel.open(outbox);
    await channel.flush();
    assert.equal(posts().length, 1);
    await clock.advance(60_000);
    assert.equal(posts().length, 1);
    write(DENIED);
    channel.close();
    write(DENIED);
    await clock.advance(60_000);
    assert.equal(posts().length, 1);
  });

  it('counts what the outbox did not take, and tells that as a problem', async () => {
    const { channel, clock, outbox, posts, problems, write } = setUp();
    channel.open(outbox);
    outbox.isFull = true;
    write(DENIED);
    write(DENIED);
    await clock.advance(2000);
    assert.deepEqual(problems, ['unreachable/chat-backlog']);
    outbox.isFull = false;
    write(ALLOWED);
    await clock.advance(2000);
    assert.match(posts()[0]?.[0] ?? '', /^ALLOW/);
    assert.equal(posts()[0]?.[1], 'and 2 more: /mco audit');
  });
});
