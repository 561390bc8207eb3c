import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { nodeDestination } from '../../src/core/destinations.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { EVERYBODY } from '../../src/core/filter.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Reply } from '../../src/core/reply.ts';
import type { Request } from '../../src/core/request.ts';
import { whyNoActivemq } from '../contract/activemq.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { findRecords, readRecords, waitForRecords } from './audit-records.ts';
import { readReply, readRequest, type Seal, sealReply, sealRequest } from './sealed-messages.ts';
import { acceptedByKeygen, changeBody, type Signed, signWithKeygen } from './signed-message.ts';
import { createSite, fingerprintIn, type Site, type SiteNode, startBot, startNode } from './site.ts';
import { sendBare } from './site-broker.ts';
import { COLLECTIVE, tapBroker, type Wiretap } from './wiretap.ts';

const skip = whyNoActivemq() || reasonToSkip('ssh-keygen');
const NODE1 = nodeDestination(COLLECTIVE, 'node1');
const GOOD = { package: 'bash', ensure: 'true-1.0', arch: 'amd64', status: 'installed' };
const FORGED = { ...GOOD, ensure: 'forged-6.66' };

describe('what is on the wire', { skip, timeout: 300_000 }, () => {
  let site: Site;
  let tap: Wiretap;
  let node: SiteNode;
  let bot: SiteNode;

  before(async () => {
    site = await createSite({
      // Only node1 has an agent; the other hosts are played by the test.
      hosts: { node1: 'rsa', ghost: 'ed25519', ghost2: 'ed25519', other: 'p256' },
      signers: {
        'mco-read': { kind: 'ed25519' },
        'mco-write': { kind: 'p256' },
        ana: { kind: 'ed25519', policy: { effect: 'write', callers: ['person:ana'] } },
        herald: { kind: 'ed25519', options: 'namespaces="mco-alive@v1"' },
        veteran: { kind: 'ed25519', options: 'namespaces="mco-request@v1",valid-before="20200101"' },
      },
      strangers: ['stranger', 'stolen'],
    });
    appendFileSync(site.path('known_hosts'), `@revoked * ${site.keys.publicKey('stolen')}\n`);
    tap = await tapBroker(site, ['ghost', 'ghost2']);
    node = await startNode(site, 'node1');
    bot = await startBot(site);
  });
  after(async () => {
    await tap?.close();
    await site?.remove();
  });

  const sealed = (changes: Partial<Request> = {}, seal: Seal = {}): Signed => sealRequest(site, changes, seal);
  const idOf = (message: Signed): string => readRequest(message).id;

  /** Sends a good request and waits for its answer: whatever was sent before has been dealt with then. */
  async function pingNode(): Promise<Signed> {
    const ping = sealed();
    await tap.send(NODE1, ping);
    return tap.seesReply(idOf(ping));
  }

  const intentsOf = (id: string): number => findRecords(node.audit, { event: 'intent', request: id }).length;

  describe('holds for ssh-keygen', () => {
    test('a good request is run, recorded and answered, and its reply verifies with the host key', async () => {
      const reply = await pingNode();
      const { request, sender, status } = readReply(reply);
      assert.deepEqual([sender, status.name], ['node1', 'ok']);
      const events = findRecords(node.audit, { request }).map(({ event }) => event);
      assert.deepEqual(events, ['intent', 'outcome']);
      site.write('host_signers', `node1 namespaces="mco-reply@v1" ${site.keys.publicKey('node1')}\n`);
      const check = { signers: 'host_signers', principal: 'node1', namespace: 'mco-reply@v1' } as const;
      assert.ok(acceptedByKeygen(site, reply, check));
      assert.ok(!acceptedByKeygen(site, changeBody(reply, '"ok"', '"no"'), check));
      assert.ok(!acceptedByKeygen(site, reply, { ...check, principal: 'other' }));
    });

    test('what the bot broadcasts verifies with its key for reads', async () => {
      bot.running.type('/mco ping\n');
      const request = await tap.seesRequest(({ audience, action }) => audience === '*' && action === 'ping');
      const check = { signers: 'allowed_signers', principal: 'mco-read', namespace: 'mco-request@v1' } as const;
      assert.ok(acceptedByKeygen(site, request, check));
      assert.ok(!acceptedByKeygen(site, changeBody(request, 'person:ana', 'person:raj'), check));
      assert.ok(!acceptedByKeygen(site, request, { ...check, principal: 'mco-write' }));
      await bot.running.prints(/Finished processing 1 \/ 1 hosts/);
    });

    test('what it asks one node to change verifies with its key for writes', async () => {
      bot.running.type('/mco package update bash -I ghost\n');
      const request = await tap.seesRequest(({ audience, action }) => audience === 'ghost' && action === 'update');
      const check = { signers: 'allowed_signers', principal: 'mco-write', namespace: 'mco-request@v1' } as const;
      assert.ok(acceptedByKeygen(site, request, check));
      assert.ok(!acceptedByKeygen(site, changeBody(request, '"bash"', '"dash"'), check));
      await answer(request, sealReply(site, request, { changes: { data: { package: 'bash', change: '1 -> 2' } } }));
      await bot.running.prints(/ghost: bash 1 -> 2/);
    });
  });

  describe('is refused by a node, and recorded', () => {
    const now = (): number => Date.now();
    const cases: readonly (readonly [string, ErrorCode, () => Signed, RegExp?])[] = [
      ['a changed body', 'untrusted/bad-signature', () => changeBody(sealed(), '"ping"', '"daemon_stats"')],
      [
        'a changed filter',
        'untrusted/bad-signature',
        () => changeBody(sealed({ filter: { ...EVERYBODY, classes: [{ is: 'no' }] } }), '[{"is":"no"}]', '[]'),
      ],
      [
        'the signature of another request',
        'untrusted/bad-signature',
        () => ({ ...sealed(), signature: sealed().signature }),
      ],
      ['another audience', 'untrusted/wrong-audience', () => sealed({ audience: 'other' })],
      ['another collective', 'untrusted/wrong-collective', () => sealed({ collective: 'elsewhere' })],
      [
        'a principal that the key is not listed for',
        'untrusted/wrong-signer',
        () => sealed({ signer: { principal: 'mco-write', fingerprint: fingerprintIn(site, 'ana') } }),
      ],
      [
        'a fingerprint of another key',
        'untrusted/wrong-signer',
        () => sealed({ signer: { principal: 'ana', fingerprint: fingerprintIn(site, 'mco-write') } }),
      ],
      ['an unknown key', 'untrusted/unknown-key', () => sealed({}, { key: 'stranger' }), /not listed/],
      ['a host key', 'untrusted/unknown-key', () => sealed({}, { key: 'node1' })],
      [
        'a key that is listed for another namespace',
        'untrusted/unknown-key',
        () => sealed({}, { key: 'herald' }),
        /does not allow/,
      ],
      ['a key whose time is over', 'untrusted/unknown-key', () => sealed({}, { key: 'veteran' }), /does not allow/],
      [
        'a signature for another namespace',
        'untrusted/wrong-namespace',
        () => sealed({}, { namespace: 'mco-reply@v1' }),
      ],
      [
        'an expired one',
        'untrusted/expired',
        () => sealed({ issuedAt: now() - 100_000, notAfter: now() - LIMITS.clockSkewMs - 1000 }),
      ],
      [
        'one from the future',
        'untrusted/not-yet-valid',
        () => sealed({ issuedAt: now() + 120_000, notAfter: now() + 180_000 }),
      ],
      [
        'one that is valid for too long',
        'untrusted/bad-window',
        () => sealed({ notAfter: now() + LIMITS.validityMs + 60_000 }),
      ],
      [
        'one whose answer shall go elsewhere',
        'untrusted/wrong-reply-destination',
        () => sealed({ replyTo: nodeDestination(COLLECTIVE, 'other') }),
      ],
      ['a signature that is none', 'untrusted/malformed-signature', () => ({ ...sealed(), signature: 'AAAA' })],
      ['signed garbage', 'untrusted/not-json', () => signText(`{"garbage":${randomBytes(20).toString('hex')}x`)],
      ['a signed message of another kind', 'untrusted/malformed', () => signText('{"v":1,"type":"reply"}')],
      ['one field more than there are', 'untrusted/malformed', () => sealed({ sudo: true } as Partial<Request>)],
      ['too deep a nesting', 'untrusted/too-deep', () => signText('['.repeat(40) + ']'.repeat(40))],
      [
        'too large a message',
        'untrusted/too-large',
        () => sealed({ input: { text: 'x'.repeat(LIMITS.requestBytes) } }),
      ],
    ];
    const OUT_OF_TIME = ['untrusted/expired', 'untrusted/not-yet-valid', 'untrusted/bad-window'];

    const signText = (body: string): Signed => signWithKeygen(site, 'ana', { body, namespace: 'mco-request@v1' });

    /** Does it, and waits for the one new record in the node's log. */
    async function assertRefused(code: ErrorCode, send: () => Promise<void>): Promise<void> {
      const before = readRecords(node.audit).length;
      const outcomes = findRecords(node.audit, { event: 'outcome' }).length;
      const refusals = findRecords(node.audit, { event: 'refused', code }).length;
      await send();
      await waitForRecords(node.audit, { event: 'refused', code }, refusals + 1);
      await pingNode();
      // A node records the outcome while its reply is on the way.
      await waitForRecords(node.audit, { event: 'outcome' }, outcomes + 1);
      const events = readRecords(node.audit)
        .slice(before)
        .map(({ event, code: found }) => found ?? event);
      assert.deepEqual(events, [code, 'intent', 'outcome'], 'only the ping that came after it was run');
    }

    for (const [what, code, make, reason = /./] of cases) {
      test(what, async () => {
        const message = make();
        await assertRefused(code, () => tap.send(NODE1, message));
        assert.match(findRecords(node.audit, { event: 'refused', code }).at(-1)?.reason ?? '', reason);
        const request = /"id":"([0-9a-f-]{36})"/.exec(message.body)?.[1] ?? '';
        const answers = tap.repliesTo(request).map(({ status }) => status.name);
        assert.deepEqual(answers, OUT_OF_TIME.includes(code) ? ['expired'] : [], 'strangers are told nothing');
      });
    }

    test('one that is not signed at all', () =>
      assertRefused('untrusted/no-signature', () => sendBare(site.broker, NODE1, Buffer.from(sealed().body))));

    test('another caller than the signer may claim', async () => {
      const request = sealed({ caller: 'person:raj' });
      await tap.send(NODE1, request);
      const { status } = readReply(await tap.seesReply(idOf(request)));
      assert.equal(status.name, 'denied');
      const records = findRecords(node.audit, { request: idOf(request) });
      assert.deepEqual(
        records.map(({ event, result, code, caller }) => [event, result, code, caller]),
        [['decided', 'deny', 'denied/policy', 'person:raj']],
      );
    });

    test('one that was seen before, on whatever way it comes', async () => {
      const request = sealed({ audience: '*' });
      await tap.send(NODE1, request);
      await tap.seesReply(idOf(request));
      await assertRefused('untrusted/replayed', () => tap.send(NODE1, request));
      await assertRefused('untrusted/replayed', () => tap.send(`/topic/mco.${COLLECTIVE}.request`, request));
      assert.equal(tap.repliesTo(idOf(request)).length, 1);
      assert.equal(intentsOf(idOf(request)), 1);
    });

    test('one that was seen before, after the agent was killed and started again', async () => {
      const request = sealed();
      await tap.send(NODE1, request);
      await tap.seesReply(idOf(request));
      await node.running.stop('SIGKILL');
      node = await startNode(site, 'node1');
      await assertRefused('untrusted/issued-before-start', () => tap.send(NODE1, request));
      assert.equal(intentsOf(idOf(request)), 1);
    });
  });

  /** What ghost answers if nobody meddles, and what others would have the bot believe. */
  const truth = (to: Signed): Signed => sealReply(site, to, { changes: { data: GOOD } });
  const forged = (to: Signed, changes: Partial<Reply> = {}, seal: Seal = {}): Signed =>
    sealReply(site, to, { changes: { data: FORGED, ...changes }, seal });

  const answer = (to: Signed, reply: Signed): Promise<void> => tap.send(readRequest(to).replyTo, reply);

  describe('is refused by the bot, and recorded', () => {
    const cases: readonly (readonly [string, ErrorCode, (to: Signed) => Signed])[] = [
      ["a reply that another host's key signed", 'untrusted/other-host', (to) => forged(to, {}, { key: 'other' })],
      [
        "a reply that another host's key signed and that names its owner's",
        'untrusted/other-signer',
        (to) =>
          forged(to, { signer: { principal: 'ghost', fingerprint: fingerprintIn(site, 'ghost') } }, { key: 'other' }),
      ],
      [
        'a reply of a host that was not asked',
        'untrusted/unexpected-host',
        (to) => forged(to, { sender: 'other' }, { key: 'other' }),
      ],
      ['a reply by an unknown key', 'untrusted/unknown-key', (to) => forged(to, {}, { key: 'stranger' })],
      ['a reply by a key that was revoked', 'untrusted/revoked-key', (to) => forged(to, {}, { key: 'stolen' })],
      ['a reply by a key for requests', 'untrusted/unknown-key', (to) => forged(to, {}, { key: 'ana' })],
      [
        'a reply signed as something else',
        'untrusted/wrong-namespace',
        (to) => forged(to, {}, { namespace: 'mco-request@v1' }),
      ],
      ['a changed reply', 'untrusted/bad-signature', (to) => changeBody(truth(to), GOOD.ensure, FORGED.ensure)],
      [
        'a reply that is too large',
        'untrusted/too-large',
        (to) => forged(to, { data: { ...FORGED, more: 'x'.repeat(LIMITS.replyBytes) } }),
      ],
      [
        'signed garbage',
        'untrusted/not-json',
        () => signWithKeygen(site, 'ghost', { body: 'forged', namespace: 'mco-reply@v1' }),
      ],
    ];

    /** Types a command for nodes that are played here. @returns the requests for them, and how to wait for the end */
    async function ask(...nodes: string[]) {
      const { output } = bot.running;
      const seen = new Set(tap.requests.map(idOf));
      const start = output.stdout.length;
      bot.running.type(`/mco package status bash ${nodes.map((name) => `-I ${name}`).join(' ')}\n`);
      const requests: Signed[] = [];
      for (const name of nodes) {
        requests.push(await tap.seesRequest(({ audience, id }) => audience === name && !seen.has(id)));
      }
      const end = new RegExp(`Finished processing ${nodes.length} / ${nodes.length} hosts`);
      const times = output.stdout.split(end).length;
      return {
        requests,
        async finish(): Promise<string> {
          await bot.running.prints(end, times);
          return output.stdout.slice(start);
        },
      };
    }

    /** Sends a reply and waits for the one new record in the bot's log. */
    async function assertRefused(code: ErrorCode, send: () => Promise<void>): Promise<void> {
      const refusals = findRecords(bot.audit, { code }).length;
      await send();
      const record = (await waitForRecords(bot.audit, { code }, refusals + 1)).at(-1);
      assert.ok(record?.event === 'refused' || record?.event === 'unexpected', JSON.stringify(record));
    }

    async function assertOnlyTruthShown(code: ErrorCode, send: (to: Signed) => Promise<void>): Promise<void> {
      const { requests, finish } = await ask('ghost');
      const [request] = requests;
      assert.ok(request !== undefined);
      await assertRefused(code, () => send(request));
      await answer(request, truth(request));
      const shown = await finish();
      assert.match(shown, /OK · 1 \/ 1[\s\S]*ghost: bash-true-1\.0\.amd64/);
      assert.doesNotMatch(shown, /forged/);
    }

    for (const [what, code, make] of cases) {
      test(what, () => assertOnlyTruthShown(code, (to) => answer(to, make(to))));
    }

    test('a reply that is not signed at all', () =>
      assertOnlyTruthShown('untrusted/no-signature', (to) =>
        sendBare(site.broker, readRequest(to).replyTo, Buffer.from(forged(to).body)),
      ));

    test('a second reply, and one for a request that is closed', async () => {
      const { requests, finish } = await ask('ghost', 'ghost2');
      const [first, second] = requests;
      assert.ok(first !== undefined && second !== undefined);
      await answer(first, truth(first));
      await assertRefused('untrusted/repeated-reply', () => answer(first, forged(first)));
      await answer(
        second,
        sealReply(site, second, { changes: { sender: 'ghost2', data: GOOD }, seal: { key: 'ghost2' } }),
      );
      assert.doesNotMatch(await finish(), /forged/);
      await assertRefused('untrusted/closed-request', () => answer(first, forged(first)));
      const closed = findRecords(bot.audit, { event: 'unexpected', request: idOf(first) });
      assert.deepEqual(
        closed.map(({ code, signer }) => [code, signer]),
        [
          ['untrusted/repeated-reply', 'ghost'],
          ['untrusted/closed-request', 'ghost'],
        ],
      );
    });
  });
});
