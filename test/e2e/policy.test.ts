import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { nodeDestination } from '../../src/core/destinations.ts';
import { EVERYBODY } from '../../src/core/filter.ts';
import type { ApprovalClaim, Request } from '../../src/core/request.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, readRecords, waitForRecords } from './audit-records.ts';
import { waitForPost } from './chats/channel.ts';
import { type ChatSite, SERVICES, type Service, startChatSite } from './chats/chat-site.ts';
import type { Person } from './chats/chat-world.ts';
import { readReply, readRequest, type Seal, sealRequest } from './sealed-messages.ts';
import { COLLECTIVE, tapBroker, type Wiretap } from './wiretap.ts';

const skip = reasonToSkip('ssh-keygen');
const WEB1 = nodeDestination(COLLECTIVE, 'web1');
const DIGEST = 'd'.repeat(64);

describe('what the policy does not allow', { skip, timeout: 180_000 }, () => {
  let site: ChatSite;
  let tap: Wiretap;
  before(async () => {
    site = await startChatSite({ signers: { ana: { kind: 'ed25519' }, herald: { kind: 'ed25519' } } });
    tap = await tapBroker(site.site, []);
    await site.start();
  });
  after(async () => {
    await tap?.close();
    await site?.remove();
  });

  interface Denied {
    readonly person: Person;
    readonly text: string;
    readonly place?: 'work' | 'lobby';
    readonly told: RegExp;
    readonly rule: RegExp;
  }

  /** Told to the requester alone, on record with the rule, and no node has heard of it. */
  async function assertDeniedByBot(
    service: Service,
    { person, text, place = 'work', told, rule }: Denied,
  ): Promise<void> {
    const channel = site[place][service];
    const roots = () => channel.posts().filter(({ thread }) => thread === undefined).length;
    const tellings = () => channel.whispers(person).filter((one) => told.test(one)).length;
    const before = { roots: roots(), tellings: tellings(), records: readRecords(site.audit).length };
    await channel.command(person, text);
    await waitFor(() => tellings() > before.tellings, 10_000).catch(() => {
      throw new Error(`${told} is not in ${channel.whispers(person).slice(-3).join('\n')}`);
    });
    const records = readRecords(site.audit).slice(before.records);
    const [decided] = records.filter(({ event }) => event === 'decided');
    assert.deepEqual([decided?.result, decided?.caller], ['deny', `person:${person}`], JSON.stringify(records));
    assert.match(decided?.rules?.join(' ') ?? '', rule);
    assert.match(JSON.stringify(decided?.origin), new RegExp(channel.id));
    assert.deepEqual(
      records.filter(({ event }) => event === 'intent' || event === 'awaiting'),
      [],
    );
    assert.equal(roots(), before.roots, 'nobody else is told');
  }

  for (const service of SERVICES) {
    describe(`is refused by the bot in ${service}, and recorded`, () => {
      it('a write by somebody who may only read', () =>
        assertDeniedByBot(service, {
          person: 'bob',
          text: 'package update free-readonly -I web1',
          told: /DENIED.*`?package\.update`? needs write; you have read here/s,
          rule: /roles\.yaml:4/,
        }));

      it('a write in a channel where nobody may write', () =>
        assertDeniedByBot(service, {
          person: 'ana',
          place: 'lobby',
          text: 'package update free-elsewhere -I web1',
          told: /DENIED.*`?package\.update`? needs write; you have read here/s,
          rule: /roles\.yaml:4/,
        }));

      it('an argument that the rule does not name', () =>
        assertDeniedByBot(service, {
          person: 'ana',
          text: 'package update other -I web1',
          told: /DENIED/,
          rule: /roles\.yaml/,
        }));

      it('a write to everybody', async () => {
        const channel = site.work[service];
        await channel.command('ana', 'package update free-everybody');
        const isTold = (text: string) => text.includes('DENIED') && /-I|-F|filter/.test(text);
        await waitFor(
          () => channel.whispers('ana').some(isTold) || channel.posts().some(({ text }) => isTold(text)),
          30_000,
        );
        assert.deepEqual(site.nodes.updated('free-everybody'), []);
      });

      it('more nodes than the rule puts up with', async () => {
        const channel = site.work[service];
        const name = `free-many-${service}`;
        await channel.command('ana', `package update ${name} -C web`);
        const { text } = await waitForPost(channel, (post) => post.text.includes(name) && post.text.includes('DENIED'));
        assert.match(text, /4/);
        const run = readRecords(site.audit).find(({ input }) => input?.package === name)?.run;
        await waitForRecords(site.audit, { event: 'outcome', run, result: 'DENIED' });
        assert.deepEqual(findRecords(site.audit, { event: 'intent', run }), []);
        assert.deepEqual(site.nodes.updated(name), []);
      });

      it('and what is allowed is done, on as many nodes as are allowed', async () => {
        const channel = site.work[service];
        const name = `free-few-${service}`;
        await channel.command('ana', `package update ${name} -I web1 -I web2 -I web3`);
        const { text } = await waitForPost(channel, (post) => post.text.includes(name) && /\bOK\b/.test(post.text));
        assert.match(text, /3 \/ 3/);
        assert.deepEqual(site.nodes.updated(name), ['web1', 'web2', 'web3']);
      });

      it('whoever looks into the audit or another person’s rights without a right of their own', async () => {
        await assertDeniedByBot(service, { person: 'ana', text: 'audit', told: /DENIED.*mcobot\.audit/s, rule: /^/ });
        await assertDeniedByBot(service, {
          person: 'bob',
          text: 'policy explain --as ana package status bash',
          told: /DENIED.*mcobot\.policy/s,
          rule: /^/,
        });
      });
    });
  }

  describe('is refused by a node, and recorded', () => {
    /** A write by ana that she may do, signed with the bot's key for it; with whatever is different about it. */
    const write = (name: string, changes: Partial<Request> = {}, seal: Seal = { key: 'mco-write' }) => {
      const request = {
        agent: 'package',
        action: 'update',
        audience: 'web1',
        input: { package: name },
        filter: EVERYBODY,
        targets: { count: 1, digest: DIGEST, isNarrowed: true },
        ...changes,
      };
      return sealRequest(site.site, request, seal);
    };
    const approval = (changes: Partial<ApprovalClaim> = {}): ApprovalClaim => ({
      by: 'person:raj',
      at: Date.now(),
      digest: DIGEST,
      ...changes,
    });

    const approved = (...approvals: readonly ApprovalClaim[]): Partial<Request> => ({
      approvals,
      approvedAt: Date.now(),
    });

    /** Straight to the broker, past the bot. */
    async function send(message: ReturnType<typeof write>) {
      const { id } = readRequest(message);
      await tap.send(WEB1, message);
      const { status } = readReply(await tap.seesReply(id));
      await waitFor(() => findRecords(site.nodeAudit, { request: id }).length > 0);
      return { status, records: () => findRecords(site.nodeAudit, { request: id }) };
    }

    it('nothing, when all is as it should be', async () => {
      for (const [name, approvals] of [
        ['free-direct', undefined],
        ['held-direct', [approval()]],
      ] as const) {
        const { status, records } = await send(write(name, approvals === undefined ? {} : approved(...approvals)));
        assert.deepEqual([status.name, site.nodes.updated(name)], ['ok', ['web1']]);
        await waitFor(() => records().length === 2);
        const [intent, outcome] = records();
        assert.deepEqual([intent?.event, outcome?.event], ['intent', 'outcome']);
        assert.deepEqual([intent?.digest, intent?.count], [DIGEST, 1]);
        assert.deepEqual(intent?.approvedBy, approvals && ['person:raj']);
      }
    });

    const cases: readonly (readonly [string, () => ReturnType<typeof write>, RegExp])[] = [
      [
        'a write signed with the key for reads',
        () => write('free-readkey', {}, { key: 'mco-read' }),
        /the key of mco-read may only read here/,
      ],
      [
        'a caller for whom the key may not speak',
        () => write('free-claim', { caller: 'person:raj' }, { key: 'ana' }),
        /the key of ana may not speak for this caller/,
      ],
      ['a caller whom the node does not know', () => write('free-nobody', { caller: 'person:zoe' }), /needs write/],
      ['a caller of whom a chat vouches', () => write('free-chat', { caller: 'slack:T1/U1' }), /may not speak for/],
      [
        'a key that is trusted and has no rule',
        () => write('free-herald', {}, { key: 'herald' }),
        /may ask for nothing here/,
      ],
      [
        'an approval that somebody signs for themselves',
        () => write('held-self', approved(approval()), { key: 'ana' }),
        /the key of ana can't vouch for one here/,
      ],
      ['an argument that the rule does not name', () => write('other'), /package\.update/],
      [
        'more nodes than the rule puts up with, as the bot claims them',
        () => write('free-many', { targets: { count: 4, digest: DIGEST, isNarrowed: true } }),
        /4/,
      ],
      [
        'a list that nobody chose',
        () => write('free-all', { targets: { count: 1, digest: DIGEST, isNarrowed: false } }),
        /filter/,
      ],
      [
        'a write that does not say for how many nodes it is',
        () => write('free-silent', { targets: undefined }),
        /how many nodes/,
      ],
      ['what needs approval and has none', () => write('held-none'), /needs? approval/],
      [
        'an approval by the requester',
        () => write('held-own', { caller: 'person:raj', ...approved(approval()) }),
        /none that counts/,
      ],
      [
        'an approval by somebody who is no lead',
        () => write('held-bob', { ...approved(approval({ by: 'person:bob' })) }),
        /none that counts/,
      ],
      [
        'an approval of another list',
        () => write('held-other', { ...approved(approval({ digest: 'e'.repeat(64) })) }),
        /not what is asked/,
      ],
      [
        'an approval that is too old',
        () => write('held-old', { ...approved(approval({ at: Date.now() - 31 * 60_000 })) }),
        /none that counts/,
      ],
      [
        'an approval from the future',
        () => write('held-soon', { ...approved(approval({ at: Date.now() + 120_000 })) }),
        /none that counts/,
      ],
      [
        'one approval twice where two people have to',
        () => write('pair-twice', { ...approved(approval(), approval()) }),
        /carries 1 that counts/,
      ],
    ];

    for (const [what, make, reason] of cases) {
      it(what, async () => {
        const message = make();
        const { status, records } = await send(message);
        assert.equal(status.name, 'denied');
        assert.deepEqual(
          records().map(({ event, result, code, caller }) => [event, result, code, caller]),
          [['decided', 'deny', 'denied/policy', readRequest(message).caller]],
        );
        assert.match(records()[0]?.reason ?? '', reason);
        assert.deepEqual(site.nodes.updated(String(readRequest(message).input.package)), []);
      });
    }

    it('another package than was approved, and another filter: the signature covers them', async () => {
      const message = write('held-signed', { ...approved(approval()) });
      const before = findRecords(site.nodeAudit, { event: 'refused', code: 'untrusted/bad-signature' }).length;
      await tap.send(WEB1, { ...message, body: message.body.replace('held-signed', 'held-forged') });
      await waitForRecords(site.nodeAudit, { event: 'refused', code: 'untrusted/bad-signature' }, before + 1);
      assert.deepEqual([site.nodes.updated('held-forged'), site.nodes.updated('held-signed')], [[], []]);
    });
  });
});
