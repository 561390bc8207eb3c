import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { between, createRandom } from '../../../src/adapters/simulation/seeded-random.ts';
import type { RunRecord } from '../../../src/core/store.ts';
import { whyNoActivemq } from '../../contract/activemq.ts';
import { reasonToSkip } from '../../contract/openssh-tools.ts';
import { waitFor } from '../../contract/wait-for.ts';
import { findRecords, readRecords } from '../audit-records.ts';
import { ANA, AUDIT, CHANNEL, createKilledSite, DIRECT, type KilledSite, type Remains } from './killed-site.ts';

const skip = whyNoActivemq() || reasonToSkip('ssh-keygen');
const { KILL_SEED: seed = '1', KILLS = '10' } = process.env;

/** The second node is asked a second after the first. */
const TEXT = 'package status bash --dt 1 --timeout 5 --batch 1 --batch-sleep 1';
const OVER = /\b(?:OK|PARTIAL|FAILED|NO RESPONSE|NO MATCH|CANCELLED|NOT SENT|UNKNOWN)\b/;

/** A message of the bot's, on either service. */
interface Seen {
  readonly id: string;
  readonly thread: string | undefined;
  readonly text: string;
  readonly files: readonly string[];
}

describe('a bot that is killed again and again in the middle of its work', { skip, timeout: 600_000 }, () => {
  let killed: KilledSite;
  const random = createRandom(`kill ${seed}`);
  const remains: Remains[] = [];
  /** Commands whose acknowledgement is known, by where they were given. */
  const given: Promise<{ readonly where: 'slack' | 'direct' | 'room'; readonly isTaken: boolean }>[] = [];
  before(async () => {
    killed = await createKilledSite();
    await killed.start();
  });
  after(() => killed?.remove());

  const slackPosts = (channel: string): Seen[] =>
    killed.slack
      .messages(channel)
      .filter(({ user }) => user === killed.slack.botUser)
      .map(({ ts, thread_ts, text, files = [] }) => ({
        id: ts,
        thread: thread_ts,
        text,
        files: files.map(({ name }) => name),
      }));
  const roomPosts = (): Seen[] =>
    killed.mattermost
      .posts(killed.room)
      .filter(({ message }) => !message.startsWith('@mcobot'))
      .map(({ id, root_id, message }) => ({
        id,
        thread: root_id === '' ? undefined : root_id,
        text: message,
        files: killed.mattermost.files(id).map(({ name }) => name),
      }));

  /** One command in each place. */
  function giveCommands(): void {
    const { slack, mattermost, room } = killed;
    const isTaken = ({ acknowledgedAfterMs }: { acknowledgedAfterMs: number | undefined }) =>
      acknowledgedAfterMs !== undefined;
    const mention = { user: ANA, channel: CHANNEL, text: `<@${slack.botUser}> ${TEXT}` };
    given.push(slack.say(mention).then((delivered) => ({ where: 'slack', isTaken: isTaken(delivered) })));
    const slash = { user: ANA, channel: CHANNEL, text: TEXT };
    given.push(slack.slashCommand(slash).then((delivered) => ({ where: 'slack', isTaken: isTaken(delivered) })));
    const direct = { user: ANA, channel: DIRECT, text: TEXT };
    given.push(slack.say(direct).then((delivered) => ({ where: 'direct', isTaken: isTaken(delivered) })));
    mattermost.say({ user: 'ana', channel: room, text: `@mcobot ${TEXT}` });
    given.push(Promise.resolve({ where: 'room', isTaken: true }));
  }

  const isOver = (posts: readonly Seen[]): boolean =>
    posts.filter(({ thread }) => thread === undefined).every(({ text }) => OVER.test(text));
  const everything = (): Seen[] => [...slackPosts(CHANNEL), ...slackPosts(DIRECT), ...roomPosts()];

  async function killOnce(): Promise<void> {
    giveCommands();
    await new Promise((resolve) => setTimeout(resolve, between(random, 0, 4500)));
    // These may be taken and not begun.
    giveCommands();
    await new Promise((resolve) => setTimeout(resolve, between(random, 0, 60)));
    await killed.kill();
    remains.push(await killed.readRemains());
    await killed.start();
  }

  test('everything is ended or answered after it', async (t) => {
    for (let round = 0; round < Number(KILLS); round++) await killOnce();
    await Promise.all(given);
    await waitFor(() => isOver(everything()), 120_000);
    // What a run ends with goes to its thread one after the other.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await killed.stop();
    const left = await killed.readRemains();
    const [messages, runs, items] = [
      remains.flatMap((one) => one.messages),
      remains.flatMap((one) => one.runs),
      remains.flatMap((one) => one.items),
    ];
    const kinds = ['root', 'edit', 'reply', 'file', 'whisper'].map(
      (kind) => `${items.filter(({ delivery }) => delivery.kind === kind).length} ${kind}`,
    );
    t.diagnostic(`killed ${KILLS} times over ${messages.length} messages not begun, ${runs.length} open runs`);
    t.diagnostic(`of which ${runs.filter(({ nodes }) => nodes !== undefined).length} had been targeted`);
    t.diagnostic(`and ${items.length} deliveries: ${kinds.join(', ')}`);
    assert.deepEqual([left.messages, left.runs, left.items], [[], [], []]);
    assert.ok(isOver(everything()));
  });

  test('every command that was acknowledged has one root or one explained refusal', async () => {
    const [slackChat, roomChat] = killed.chats;
    const places = [
      { where: 'slack', runs: await killed.readRuns(slackChat, CHANNEL), posts: slackPosts(CHANNEL) },
      { where: 'direct', runs: await killed.readRuns(slackChat, DIRECT), posts: slackPosts(DIRECT) },
      { where: 'room', runs: await killed.readRuns(roomChat, killed.room), posts: roomPosts() },
    ];
    const results = await Promise.all(given);
    for (const { where, runs, posts } of places) {
      checkRoots(runs, posts);
      // Killed between the first note of a run and its root: then the requester is told alone.
      const untold = runs.filter(({ id, root }) => root === undefined && !isToldAlone(where, `run ${id.slice(-4)}`));
      assert.deepEqual(untold, []);
      const all = results.filter((one) => one.where === where);
      const taken = all.filter(({ isTaken }) => isTaken).length;
      const refused = refusedIn(where);
      const begun = runs.length;
      assert.ok(begun <= all.length, `${begun} runs of ${all.length} commands in ${where}`);
      assert.ok(begun + refused >= taken, `${taken} were taken in ${where}: ${begun} ran, ${refused} were refused`);
    }
  });

  function whispersIn(where: string): string[] {
    const { slack, mattermost } = killed;
    if (where === 'room') {
      return mattermost.posts(mattermost.directChannel('ana', 'mcobot')).map(({ message }) => message);
    }
    const place = where === 'slack' ? CHANNEL : DIRECT;
    return slack
      .ephemerals(ANA)
      .filter(({ channel }) => channel === place)
      .map(({ text }) => text);
  }

  const isToldAlone = (where: string, what: string): boolean => whispersIn(where).some((text) => text.includes(what));
  /** What a restart took up is under way too: with that, one person's ten runs are soon reached. */
  const refusedIn = (where: string): number =>
    whispersIn(where).filter((text) => /before it began with this|too many runs are under way/.test(text)).length;

  /** One root for each run, and in its thread nothing twice. */
  function checkRoots(runs: readonly RunRecord[], posts: readonly Seen[]): void {
    const roots = posts.filter(({ thread }) => thread === undefined);
    assert.deepEqual(
      roots.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1)),
      runs.flatMap(({ root }) => (root === undefined ? [] : [root.id])).sort((a, b) => (a < b ? -1 : 1)),
    );
    for (const { id, root, end } of runs) {
      if (root === undefined) continue;
      const text = roots.find((post) => post.id === root?.id)?.text ?? '';
      assert.ok(text.includes(`run ${id.slice(-4)}`) && end !== undefined && text.includes(end.outcome), text);
      const thread = posts.filter((post) => post.thread === root?.id);
      const texts = thread.filter(({ files }) => files.length === 0).map((post) => post.text);
      assert.deepEqual([...new Set(texts)], texts, `thread of ${id}`);
      const files = thread.flatMap((post) => post.files);
      assert.deepEqual(files, end.counts.targeted > 0 ? [`${id.slice(-4)}.csv`] : [], `files of ${id}: ${text}`);
    }
  }

  test('the trail is whole: no action without its record, and the last word on each run is the one that was shown', async () => {
    const { faults, checkpoints, head } = await killed.verifyTrail();
    assert.deepEqual(faults, []);
    assert.ok(checkpoints > 0 && head.seq > 0);
    const records = readRecords(killed.site.path('audit.db'));
    const intents = new Set(records.filter(({ event }) => event === 'intent').map(({ run }) => run));
    for (const { audit } of killed.nodes) {
      const asked = findRecords(audit, { event: 'intent', action: 'package.status' }).map(({ run }) => run);
      assert.deepEqual(
        asked.filter((run) => !intents.has(run)),
        [],
      );
    }
    const [slackChat, roomChat] = killed.chats;
    const places = [killed.readRuns(slackChat, CHANNEL), killed.readRuns(roomChat, killed.room)];
    for (const { id, end } of (await Promise.all(places)).flat()) {
      const ofRun = records.filter(({ run }) => run === id);
      assert.equal(ofRun.findLast(({ event }) => event === 'outcome')?.result, end?.outcome, id);
      if (!intents.has(id)) continue;
      const nodes = ofRun.find(({ event }) => event === 'intent')?.nodes ?? [];
      const told = new Set(ofRun.filter(({ event }) => event === 'answered').map(({ node }) => node));
      assert.deepEqual(told, new Set(nodes), id);
    }
  });

  test('the audit channel was told of decisions', () => {
    const lines = killed.slack.messages(AUDIT).flatMap(({ text }) => text.split('\n'));
    assert.ok(
      lines.some((line) => /ALLOW · @ana · package\.status · slack:\S+ · .* · run [0-9a-f]{4} · \S+ UTC/.test(line)),
      lines.join('\n'),
    );
  });

  test('no message ran twice, and no node was asked twice', async () => {
    const [slackChat, roomChat] = killed.chats;
    const runs = [
      ...(await killed.readRuns(slackChat, CHANNEL)),
      ...(await killed.readRuns(slackChat, DIRECT)),
      ...(await killed.readRuns(roomChat, killed.room)),
    ];
    const messages = runs.map(({ message }) => message);
    assert.equal(new Set(messages).size, messages.length);
    for (const { audit } of killed.nodes) {
      const asked = findRecords(audit, { event: 'intent', action: 'package.status' }).map(({ run }) => run);
      assert.equal(new Set(asked).size, asked.length);
      const known = new Set(runs.map(({ id }) => id));
      assert.deepEqual(
        asked.filter((run) => !known.has(run ?? '')),
        [],
      );
    }
  });
});
