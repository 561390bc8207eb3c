import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareStories, type NodeStory, nodesOfRun } from '../../../../src/bot/control/compare-stories.ts';
import { readStory } from '../../../../src/bot/control/read-story.ts';
import type { AuditRecord } from '../../../../src/core/audit.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import { statusOf } from '../../../../src/core/reply.ts';

const RUN = '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a';
const DIGEST = 'd'.repeat(64);
const ABOUT = { run: RUN, caller: 'person:ana', action: 'package.update' } as const;

const bot = (event: AuditRecord['event'], fields: Partial<AuditRecord> = {}): AuditRecord => ({
  at: 'then',
  by: 'bot:mcobot',
  event,
  ...ABOUT,
  ...fields,
});
const INTENT = bot('intent', { nodes: ['web1'], digest: DIGEST, count: 1, approvedBy: ['person:raj'] });
const told = (result: string, fields: Partial<AuditRecord> = {}): AuditRecord =>
  bot('answered', { node: 'web1', request: 'r1', result, ...fields });

const node = (event: AuditRecord['event'], fields: Partial<AuditRecord> = {}): AuditRecord => ({
  at: 'then',
  by: 'node:web1',
  event,
  ...ABOUT,
  request: 'r1',
  ...fields,
});
const BEGUN = node('intent', { digest: DIGEST, approvedBy: ['person:raj'] });
const ended = (result: string, fields: Partial<AuditRecord> = {}): AuditRecord =>
  node('outcome', { result, ...fields });
const DENIED = node('decided', { result: 'deny', code: 'denied/policy' });
const PING = [
  node('intent', { action: 'rpcutil.ping', request: 'p' }),
  ended('ok', { action: 'rpcutil.ping', request: 'p' }),
];

const LOOK = bot('intent', { action: 'job.show', nodes: ['web1'], count: 1 });
const LOOKED_AT = (request: string): AuditRecord[] => [
  node('intent', { action: 'job.show', request }),
  ended('ok', { action: 'job.show', request }),
];

type Case = readonly [what: string, bot: readonly AuditRecord[], node: readonly AuditRecord[], differences: RegExp[]];

const agreeing: readonly Case[] = [
  ['it ran, and both say so', [INTENT, told('ok')], [BEGUN, ended('ok')], []],
  ['it failed, and both say so', [INTENT, told('aborted')], [BEGUN, ended('aborted')], []],
  ['the node was looked for before', [INTENT, told('ok')], [...PING, BEGUN, ended('ok')], []],
  ['it was denied, and both say so', [INTENT, told('denied')], [DENIED], []],
  ['it was too late, and both say so', [INTENT, told('expired')], [node('refused', { code: 'untrusted/expired' })], []],
  [
    'the node could not write its record, and so did nothing',
    [INTENT, told('aborted')],
    [node('refused', { code: 'failed/audit' })],
    [],
  ],
  [
    'the reply could not be sent at first',
    [INTENT, told('ok')],
    [BEGUN, node('outcome', { code: 'unreachable/not-sent' }), ended('ok')],
    [],
  ],
  [
    'the request came a second time and was refused',
    [INTENT, told('ok')],
    [BEGUN, ended('ok'), node('refused', { code: 'untrusted/replayed' })],
    [],
  ],
  [
    'a ping is asked once more after discovery',
    [{ ...INTENT, action: 'rpcutil.ping', approvedBy: undefined }, told('ok', { request: 'p2' })],
    [...PING, ...PING.map((record) => ({ ...record, request: 'p2' }))],
    [],
  ],
  ['an answer came twice, and the first one counts', [INTENT, told('ok'), told('aborted')], [BEGUN, ended('ok')], []],
  ['nobody heard of it', [INTENT, told('silent', { request: undefined })], [], []],
  ['it was not sent', [INTENT, told('notSent', { request: undefined })], PING, []],
  [
    'the approvers are told in another order',
    [{ ...INTENT, approvedBy: ['person:b', 'person:a'] }, told('ok')],
    [{ ...BEGUN, approvedBy: ['person:a', 'person:b'] }, ended('ok')],
    [],
  ],
  [
    'a ping is answered by discovery, whose requests belong to no list',
    [{ ...INTENT, action: 'rpcutil.ping', approvedBy: undefined }],
    PING,
    [],
  ],
  [
    'the bot looked after its jobs by itself, again and again, for no list',
    [LOOK, { ...LOOK, at: 'later' }],
    [...LOOKED_AT('r1'), ...LOOKED_AT('r2')],
    [],
  ],
];

const differing: readonly Case[] = [
  [
    'somebody looked after a job, for a list, of which the bot has no record twice',
    [{ ...LOOK, digest: DIGEST }, told('ok', { action: 'job.show' })],
    [node('intent', { action: 'job.show', digest: DIGEST }), ...LOOKED_AT('r1').slice(1), ...LOOKED_AT('r2')],
    [/ran job\.show by request r2, of which the bot has no record/],
  ],
  [
    'a node that was not asked about its jobs was',
    [{ ...LOOK, nodes: ['web2'] }],
    LOOKED_AT('r1'),
    [/ran it, and is not on the bot's list/],
  ],
  [
    'the node ran it unheard, and turned down another try',
    [INTENT, told('silent', { request: undefined })],
    [BEGUN, ended('ok'), { ...DENIED, request: 'r2' }],
    [/heard nothing, the node ran it: `ok`/],
  ],
  ['the node failed', [INTENT, told('ok')], [BEGUN, ended('aborted')], [/told `ok`, the node ran it: `aborted`/]],
  ['the node denied', [INTENT, told('ok')], [DENIED], [/told `ok`, the node turned it down \(denied\/policy\)/]],
  [
    'the node denied and is said to have timed out',
    [INTENT, told('timeout')],
    [DENIED],
    [/`timeout`, .* turned it down/],
  ],
  [
    'the node ran what it is said to have denied',
    [INTENT, told('denied')],
    [BEGUN, ended('ok')],
    [/`denied`, .*ran it: `ok`/],
  ],
  ['the node knows nothing', [INTENT, told('ok')], PING, [/told `ok`, the node has no record of it/]],
  ['the node has no end', [INTENT, told('ok')], [BEGUN], [/`ok`, the node began it and has no record of its end/]],
  [
    'the node has no beginning',
    [INTENT, told('ok')],
    [ended('ok')],
    [/no record of its beginning, but of its end: `ok`/],
  ],
  [
    'the node knows another request',
    [INTENT, told('ok', { request: 'r2' })],
    [BEGUN, ended('ok')],
    [/no record of it/, /ran package\.update by request r1, of which the bot/],
  ],
  [
    'the node ran it unheard',
    [INTENT, told('silent', { request: undefined })],
    [BEGUN, ended('ok')],
    [/heard nothing, the node ran it: `ok`/],
  ],
  [
    'the node denied it unheard',
    [INTENT, told('silent', { request: undefined })],
    [DENIED],
    [/heard nothing, the node turned it down/],
  ],
  [
    'the node ran what was not sent',
    [INTENT, told('notSent', { request: undefined })],
    [BEGUN, ended('ok')],
    [/nothing was sent, the node ran it: `ok`/],
  ],
  [
    'the node ran it while the broker was lost',
    [INTENT, told('unknown', { request: undefined })],
    [BEGUN],
    [/broker was lost.*the node began it/],
  ],
  [
    'the node ran something else as well',
    [INTENT, told('ok')],
    [BEGUN, ended('ok'), node('intent', { request: 'r9', action: 'shell.run' })],
    [/ran shell\.run by request r9/],
  ],
  [
    'the node ran it twice',
    [INTENT, told('ok')],
    [BEGUN, ended('ok'), node('intent', { request: 'r9' })],
    [/ran package\.update by request r9/],
  ],
  ['the bot lost the answer', [INTENT], [BEGUN, ended('ok')], [/no record of an answer, the node ran it: `ok`/]],
  ['nobody knows how it ended', [INTENT], [], [/neither the bot nor the node/]],
  [
    'another caller',
    [INTENT, told('ok')],
    [{ ...BEGUN, caller: 'person:eve' }, ended('ok')],
    [/another caller: .*person:ana.*person:eve/],
  ],
  [
    'another action',
    [INTENT, told('ok')],
    [{ ...BEGUN, action: 'package.remove' }, ended('ok')],
    [/another action: .*package\.update.*package\.remove/],
  ],
  ['another list', [INTENT, told('ok')], [{ ...BEGUN, digest: 'e'.repeat(64) }, ended('ok')], [/another digest/]],
  [
    'no list at the node',
    [INTENT, told('ok')],
    [{ ...BEGUN, digest: undefined }, ended('ok')],
    [/another digest: .* nothing/],
  ],
  [
    'another approver',
    [INTENT, told('ok')],
    [{ ...BEGUN, approvedBy: ['person:eve'] }, ended('ok')],
    [/another approval: .*person:raj.*person:eve/],
  ],
  [
    'an approver that the bot does not know',
    [{ ...INTENT, approvedBy: undefined }, told('ok')],
    [BEGUN, ended('ok')],
    [/another approval: .*nothing/],
  ],
  [
    'a node that is not on the list',
    [{ ...INTENT, nodes: ['web2'] }, told('ok')],
    [BEGUN, ended('ok')],
    [/ran it, and is not on the bot's list/],
  ],
  [
    'the bot has no intent',
    [told('ok')],
    [BEGUN, ended('ok')],
    [/no record of what it was about to send/, /not on the bot's list/],
  ],
];

for (const [what, records, story, differences] of [...agreeing, ...differing]) {
  test(`${differences.length === 0 ? 'the stories agree where' : 'it is told where'} ${what}`, () => {
    const found = compareStories(records, new Map([['web1', { records: story, truncated: false }]]));
    const texts = found.map(({ text }) => text);
    assert.equal(texts.length, differences.length, texts.join('\n'));
    for (const [i, pattern] of differences.entries()) assert.match(texts[i] ?? '', pattern);
  });
}

test('every case of a difference is one', () => {
  for (const [what, , , differences] of differing) assert.ok(differences.length > 0, what);
});

test('a node that does not tell is told of, whatever the bot knows', () => {
  const found = compareStories([INTENT, told('ok')], new Map<string, NodeStory>([['web1', { silence: 'no answer' }]]));
  assert.deepEqual(found, [{ node: 'web1', text: 'does not tell: no answer', isSilence: true }]);
});

test('what may be among the records that were left out is not said to be missing', () => {
  const [found] = compareStories([INTENT, told('ok')], new Map([['web1', { records: [], truncated: true }]]));
  assert.match(found?.text ?? '', /^does not tell: .*newest records only/);
  assert.equal(found?.isSilence, true);
});

test('the nodes of a run are those that were listed and those that answered', () => {
  const records = [
    bot('decided', { nodes: ['web9'] }),
    { ...INTENT, nodes: ['web2', 'web1'] },
    told('ok'),
    told('ok', { node: 'web3' }),
    bot('unexpected', { nodes: ['web4'] }),
  ];
  assert.deepEqual(nodesOfRun(records), ['web1', 'web2', 'web3']);
});

const result = (data: Record<string, JsonValue>) =>
  ({ node: 'web1', outcome: 'ok', status: statusOf('ok'), data }) as const;

test('of what a node tells only records of that run are taken, and nothing else of them', () => {
  const records: JsonValue[] = [
    {
      event: 'intent',
      run: RUN,
      request: 'r1',
      at: 'x',
      by: 'node:web1',
      input: { secret: 'x' },
      approvedBy: ['a', 5],
    },
    { event: 'intent', run: 'another' },
    { event: 'explode', run: RUN },
    { event: 5, run: RUN },
    { event: 'outcome', run: RUN, result: { name: 'ok' }, code: 'x'.repeat(10_000) },
    null,
    'text',
    [{ event: 'intent', run: RUN }],
  ];
  const story = readStory(result({ records, truncated: false }), RUN);
  assert.ok('records' in story);
  const [intent, outcome] = story.records;
  assert.equal(story.records.length, 2);
  assert.deepEqual(intent?.approvedBy, ['a']);
  assert.equal(intent?.input, undefined);
  assert.equal(outcome?.result, undefined);
  assert.equal(outcome?.code?.length, 255);
  assert.equal(story.truncated, false);
});

test('more than a node may tell is cut, and an answer that is none is silence', () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({ event: 'intent', run: RUN, request: String(i) }));
  const story = readStory(result({ records: many, truncated: false }), RUN);
  assert.ok('records' in story && story.records.length === 1000 && story.truncated);
  for (const data of [{}, { records: 'many' }, { records: { length: 5 } }] as Record<string, JsonValue>[]) {
    assert.deepEqual(readStory(result(data), RUN), { silence: 'its answer holds no records' });
  }
  assert.deepEqual(readStory(result({ records: [] }), RUN), { records: [], truncated: true });
});

test('why a node tells nothing is said in its own words, or in the words for its silence', () => {
  const denied = { node: 'web1', outcome: 'denied', status: statusOf('denied', 'denied: no rule'), data: {} } as const;
  assert.deepEqual(readStory(denied, RUN), { silence: 'denied: no rule' });
  assert.deepEqual(readStory({ node: 'web1', outcome: 'silent', data: {} }, RUN), { silence: 'no answer' });
});
