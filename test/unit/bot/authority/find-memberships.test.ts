import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMembershipFinder } from '../../../../src/bot/authority/find-memberships.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';

const ANA = 'slack:T1/U1';
const LEADS = 'slack:T1/S1';
const MINUTE = 60_000;

interface LookUp {
  readonly group: string;
  answer(...members: string[]): Promise<void>;
  fail(error?: Error): Promise<void>;
}

/** A chat service whose answers the test gives by hand. */
function createSlowChat(name: string) {
  const lookUps: LookUp[] = [];
  const findMembers = (group: string) =>
    new Promise<readonly string[]>((resolve, reject) => {
      lookUps.push({
        group,
        async answer(...members) {
          resolve(members);
          await settle();
        },
        async fail(error = new McoError('unreachable/chat', 'gone')) {
          reject(error);
          await settle();
        },
      });
    });
  const last = (): LookUp => lookUps.at(-1) ?? assert.fail('nothing was looked up');
  return { name, findMembers, lookUps, last };
}

function setUp(accounts: readonly string[] = [ANA]) {
  const clock = createFakeClock();
  const slack = createSlowChat('slack:T1');
  const finder = createMembershipFinder({ chats: [slack], clock });
  /** What is known when nobody answers any more. */
  const look = async (groups: readonly string[], isFresh: boolean) => {
    let found: unknown = 'nothing yet';
    void finder.find(accounts, groups, { isFresh }).then(({ of, unresolved }) => {
      found = { of: [...of], unresolved };
    });
    await settle();
    return () => found;
  };
  const ask = (...groups: string[]) => look(groups, false);
  const askFresh = (...groups: string[]) => look(groups, true);
  /** Has the group answered with ana in it. */
  const learn = async () => {
    const found = await ask(LEADS);
    await slack.last().answer(ANA, 'slack:T1/U2');
    assert.deepEqual(found(), IN);
  };
  return { clock, slack, finder, ask, askFresh, learn };
}

const IN = { of: [LEADS], unresolved: [] };
const OUT = { of: [], unresolved: [] };
const UNKNOWN = { of: [], unresolved: [LEADS] };

describe('the memberships of a person', () => {
  it('are what the chat says, by whole accounts', async () => {
    const { slack, ask } = setUp(['slack:T1/U1']);
    const found = await ask(LEADS, 'slack:T1/S2', 'slack:T1/S3');
    assert.deepEqual(
      slack.lookUps.map(({ group }) => group),
      [LEADS, 'slack:T1/S2', 'slack:T1/S3'],
    );
    await slack.lookUps[0]?.answer('slack:T1/U11', 'slack:T1/U', 'slack:T2/U1', 'slack:T1/u1');
    await slack.lookUps[1]?.answer(ANA);
    await slack.lookUps[2]?.answer();
    assert.deepEqual(found(), { of: ['slack:T1/S2'], unresolved: [] });
  });

  it('are those of any of their accounts', async () => {
    const { slack, ask } = setUp(['console:ana', ANA]);
    const found = await ask(LEADS);
    await slack.last().answer(ANA);
    assert.deepEqual(found(), IN);
  });

  it('need no look-up in a service where the person has no account', async () => {
    const { slack, ask } = setUp(['console:ana', 'slack:T11/U1']);
    assert.deepEqual((await ask(LEADS))(), OUT);
    assert.equal(slack.lookUps.length, 0);
  });

  it('are unknown for a service that is not connected', async () => {
    const { ask } = setUp(['mattermost:chat.example.org/w7']);
    const group = 'mattermost:chat.example.org/channel/x';
    assert.deepEqual((await ask(group))(), { of: [], unresolved: [group] });
  });

  it('are not told by another service whose name begins alike', async () => {
    const clock = createFakeClock();
    const other = createSlowChat('slack:T');
    const finder = createMembershipFinder({ chats: [other], clock });
    assert.deepEqual((await finder.find([ANA], [LEADS])).unresolved, [LEADS]);
    assert.equal(other.lookUps.length, 0);
  });
});

describe('a fresh look at a group', () => {
  it('asks again, whatever is known, and what it learns counts for the others too', async () => {
    const { slack, ask, askFresh, learn } = setUp();
    await learn();
    const found = await askFresh(LEADS);
    assert.equal(found(), 'nothing yet');
    await slack.last().answer('slack:T1/U2');
    assert.deepEqual(found(), OUT);
    assert.deepEqual((await ask(LEADS))(), OUT);
    assert.equal(slack.lookUps.length, 2);
  });

  it('is not answered by a look-up that was begun before, nor by what is stale', async () => {
    const { clock, slack, ask, askFresh, learn } = setUp();
    await learn();
    await clock.advance(5 * MINUTE);
    await ask(LEADS);
    await clock.advance(1);
    const found = await askFresh(LEADS);
    assert.equal(slack.lookUps.length, 3);
    await slack.lookUps[1]?.answer(ANA);
    await clock.advance(1999);
    assert.equal(found(), 'nothing yet');
    await slack.last().fail();
    assert.deepEqual(found(), UNKNOWN);
    assert.deepEqual((await askFresh(LEADS))(), UNKNOWN, 'and while the chat is left alone there is no answer either');
    assert.deepEqual((await ask(LEADS))(), IN, 'ordinary questions are answered by what was said last');
  });

  it('waits two seconds at most, and several at one moment are one question', async () => {
    const { clock, slack, askFresh } = setUp();
    const found = [await askFresh(LEADS), await askFresh(LEADS)];
    assert.equal(slack.lookUps.length, 1);
    await clock.advance(2000);
    assert.deepEqual([found[0]?.(), found[1]?.()], [UNKNOWN, UNKNOWN]);
  });
});

describe('an answer of a chat', () => {
  it('counts for five minutes without being asked for again', async () => {
    const { clock, slack, ask, learn } = setUp();
    await learn();
    await clock.advance(5 * MINUTE - 1);
    assert.deepEqual((await ask(LEADS))(), IN);
    assert.equal(slack.lookUps.length, 1);
    await clock.advance(1);
    const found = await ask(LEADS);
    assert.equal(slack.lookUps.length, 2);
    await slack.last().answer();
    assert.deepEqual(found(), OUT, 'who has left is out');
  });

  it('counts for half an hour while the chat fails, and no longer', async () => {
    const { clock, slack, ask, learn } = setUp();
    await learn();
    await clock.advance(30 * MINUTE - 1);
    const found = await ask(LEADS);
    await slack.last().fail();
    assert.deepEqual(found(), IN);
    await clock.advance(1);
    assert.deepEqual((await ask(LEADS))(), UNKNOWN);
  });

  it('tells nothing any more when the clock was set back, and a new one counts', async () => {
    const { clock, slack, ask, learn } = setUp();
    await learn();
    await clock.advance(-20 * MINUTE);
    const found = await ask(LEADS);
    assert.equal(slack.lookUps.length, 2);
    await slack.last().answer();
    assert.deepEqual(found(), OUT);
    assert.deepEqual((await ask(LEADS))(), OUT);
    assert.equal(slack.lookUps.length, 2);
  });
});

describe('a look-up', () => {
  it('is made once for all who ask meanwhile', async () => {
    const { slack, ask } = setUp();
    const found = [await ask(LEADS), await ask(LEADS, LEADS)];
    assert.equal(slack.lookUps.length, 1);
    await slack.last().answer(ANA);
    assert.deepEqual(
      found.map((result) => result()),
      [IN, IN],
    );
  });

  it('that takes two seconds leaves the group unknown, and counts when it ends', async () => {
    const { clock, slack, ask } = setUp();
    const found = await ask(LEADS);
    await clock.advance(1999);
    assert.equal(found(), 'nothing yet');
    await clock.advance(1);
    assert.deepEqual(found(), UNKNOWN);
    await slack.last().answer(ANA);
    assert.deepEqual((await ask(LEADS))(), IN);
    assert.equal(slack.lookUps.length, 1);
  });

  it('that fails leaves the group unknown, and is not repeated at once', async () => {
    const { clock, slack, ask } = setUp();
    const found = await ask(LEADS);
    await slack.last().fail();
    assert.deepEqual(found(), UNKNOWN);
    assert.deepEqual((await ask(LEADS))(), UNKNOWN);
    assert.equal(slack.lookUps.length, 1);
    await clock.advance(10_000);
    const again = await ask(LEADS);
    await slack.last().answer(ANA);
    assert.deepEqual(again(), IN);
  });

  it('waits as long as the chat says, but a minute at most', async () => {
    const { clock, slack, ask } = setUp();
    for (const [retryAfterMs, waitMs] of [
      [30_000, 30_000],
      [1e12, 60_000],
    ] as const) {
      await ask(LEADS);
      await slack.last().fail(new McoError('unreachable/chat-busy', 'slow down', { retryAfterMs }));
      const before = slack.lookUps.length;
      await clock.advance(waitMs - 1);
      await ask(LEADS);
      assert.equal(slack.lookUps.length, before);
      await clock.advance(1);
      await ask(LEADS);
      assert.equal(slack.lookUps.length, before + 1);
      await slack.last().fail();
      await clock.advance(10_000);
    }
  });

  it('that never ends is made again after a minute, and its late answer does not replace a newer one', async () => {
    const { clock, slack, ask } = setUp();
    await ask(LEADS);
    await clock.advance(59_999);
    await ask(LEADS);
    assert.equal(slack.lookUps.length, 1);
    await clock.advance(1);
    const found = await ask(LEADS);
    assert.equal(slack.lookUps.length, 2);
    await slack.lookUps[1]?.answer();
    assert.deepEqual(found(), OUT);
    await slack.lookUps[0]?.answer(ANA);
    assert.deepEqual((await ask(LEADS))(), OUT);
  });

  it('that throws at once leaves the group unknown', async () => {
    const findMembers = () => {
      throw new Error('a mistake');
    };
    const finder = createMembershipFinder({ chats: [{ name: 'slack:T1', findMembers }], clock: createFakeClock() });
    assert.deepEqual((await finder.find([ANA], [LEADS])).unresolved, [LEADS]);
  });

  it('is remembered for a bounded number of groups', async () => {
    const { slack, ask } = setUp();
    const groups = Array.from({ length: 501 }, (_, n) => `slack:T1/S${n}`);
    const found = await ask(...groups);
    assert.equal(slack.lookUps.length, 500, 'all are under way, so there is no room');
    for (const lookUp of slack.lookUps) void lookUp.answer(ANA);
    await settle();
    assert.deepEqual((found() as { unresolved: string[] }).unresolved, ['slack:T1/S500']);
    await ask('slack:T1/S500');
    assert.equal(slack.last().group, 'slack:T1/S500');
    await slack.last().answer();
    await ask('slack:T1/S0');
    assert.equal(slack.lookUps.length, 502, 'the one known the longest was forgotten');
  });
});
