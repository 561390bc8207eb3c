import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

  it('puts at most twenty lines into a post, counts the rest, and keeps what was denied', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 30; i++) write(ALLOWED);
    write(DENIED);
    write({ event: 'decided', result: 'allow', caller: 'person:late', action: 'package.status' });
    await clock.advance(2000);
    const [lines = []] = posts();
    assert.equal(lines.length, 21);
    assert.match(lines[19] ?? '', /^DENY · @bob/);
    assert.equal(lines[20], 'and 12 more: /mco audit');
  });

  it('posts at most thirty times in ten minutes, and then says how much it left out', async () => {
    const { channel, clock, items, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 60; i++) {
      write(DENIED);
      await clock.advance(5000);
    }
    assert.equal(items.length, 30);
    await clock.advance(302_000 - 1);
    assert.equal(items.length, 30);
    await clock.advance(1);
    assert.equal(items.length, 31);
    assert.equal(posts().at(-1)?.length, 21);
    assert.equal(posts().at(-1)?.at(-1), 'and 10 more: /mco audit');
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

  it('leaves lines that would be too long together to the count', async () => {
    const { channel, clock, outbox, posts, write } = setUp();
    channel.open(outbox);
    for (let i = 0; i < 20; i++) write({ ...DENIED, reason: '<'.repeat(5000), rules: [`${'&'.repeat(70)}:${i}`] });
    await clock.advance(2000);
    const [lines = []] = posts();
    assert.ok(lines.length > 2 && lines.length < 20, `${lines.length}`);
    assert.equal(lines.at(-1), `and ${20 - lines.length + 1} more: /mco audit`);
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
