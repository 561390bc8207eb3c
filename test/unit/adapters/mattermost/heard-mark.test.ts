import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createHeardMark } from '../../../../src/adapters/mattermost/heard-mark.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { createFakeReceiver, type FakeReceiver } from '../../../contract/chat.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { type MattermostSite, openSite } from './mattermost-site.ts';
import { createShiftedClock } from './shifted-clock.ts';

const MINUTE_MS = 60_000;

describe('what is heard at the start', () => {
  let site: MattermostSite;
  let receiver: FakeReceiver;
  afterEach(() => site.close());

  const say = (text: string) => site.server.say({ user: site.ana.id, channel: site.channel, text });
  const texts = () => receiver.messages.map(({ text }) => text);
  const hears = (text: string) => waitFor(() => texts().includes(text));
  const start = async () => {
    receiver = createFakeReceiver();
    await site.chat.start(receiver);
  };
  /** A server that keeps its own time, and a bot with a memory. */
  const open = async (memory: { from: number; notBefore: number }) => {
    const serverClock = createShiftedClock();
    const noted: number[] = [];
    const note = async (until: number) => void noted.push(until);
    site = await openSite({ clock: serverClock, heard: { ...memory, note } });
    return { serverClock, noted };
  };

  it('was said since the bot was last there, and is neither edited nor older', async () => {
    const from = Date.now() - 5 * MINUTE_MS;
    const { serverClock } = await open({ from, notBefore: 0 });
    serverClock.shiftMs = -7 * MINUTE_MS;
    say('@mco older');
    serverClock.shiftMs = -4 * MINUTE_MS;
    site.server.editPost(say('@mco one'), '@mco changed');
    say('@mco two');
    serverClock.shiftMs = 0;
    await start();
    await hears('two');
    assert.deepEqual(texts(), ['two']);
  });

  it('is nothing of before the memory began, however little', async () => {
    const { serverClock } = await open({ from: Date.now() - 1000, notBefore: Date.now() - 1000 });
    serverClock.shiftMs = -5000;
    say('@mco old');
    serverClock.shiftMs = 0;
    say('@mco new');
    await start();
    await hears('new');
    assert.deepEqual(texts(), ['new']);
  });

  it('is nothing of before the start without a memory', async () => {
    const serverClock = createShiftedClock();
    site = await openSite({ clock: serverClock });
    serverClock.shiftMs = -5000;
    say('@mco old');
    serverClock.shiftMs = 0;
    await start();
    say('@mco new');
    await hears('new');
    // The look back goes through the same intake, and has been made by now.
    await waitFor(() => site.server.calls.some(({ path }) => path.endsWith('/channels')));
    site.server.chaos.dropSockets();
    say('@mco newer');
    await hears('newer');
    assert.deepEqual(texts(), ['new', 'newer']);
  });

  it('is what was said since now when the memory is of a time to come', async () => {
    await open({ from: Date.now() + 60 * MINUTE_MS, notBefore: 0 });
    say('@mco one');
    await start();
    await hears('one');
  });

  it('is what was said while it was cut off, also when its clock was set back meanwhile', async () => {
    const botClock = createShiftedClock();
    botClock.shiftMs = 60 * MINUTE_MS;
    const heard = { from: Date.now(), notBefore: 0, note: async () => {} };
    site = await openSite({ botClock, heard, replaysOnReconnect: false });
    await start();
    await site.chat.checkHealth();
    site.server.chaos.dropSockets();
    botClock.shiftMs = 0;
    say('@mco one');
    await hears('one');
  });

  it('is noted as heard when all of it is safe, and not before', async () => {
    const { noted } = await open({ from: Date.now(), notBefore: 0 });
    say('@mco one');
    receiver = createFakeReceiver();
    const { takeMessage } = receiver;
    let isSafe = false;
    receiver.takeMessage = async (message) => isSafe && takeMessage(message);
    await site.chat.start(receiver);
    await waitFor(() => site.server.calls.some(({ path }) => path.endsWith('/posts')));
    await site.chat.checkHealth();
    assert.deepEqual(noted, []);
    isSafe = true;
    const safeAt = Date.now();
    await hears('one');
    while (noted.length === 0) await site.chat.checkHealth();
    assert.ok((noted[0] ?? 0) >= safeAt);
  });
});

describe('the mark of what was heard', () => {
  it('moves each 10 s at most, also after the clock was set back, and tells when it can not', async () => {
    const clock = createFakeClock();
    const noted: number[] = [];
    const problems: McoError[] = [];
    let isIdle = true;
    const note = async (until: number): Promise<void> => {
      noted.push(until);
      throw new McoError('failed/store', 'the disk is full');
    };
    const heard = { from: 0, notBefore: 0, note };
    let shiftMs = 0;
    const shifted = { now: () => clock.now() + shiftMs, after: clock.after };
    const mark = createHeardMark({
      heard,
      isIdle: () => isIdle,
      clock: shifted,
      onProblem: (problem) => problems.push(problem),
    });
    mark(1);
    await clock.advance(9999);
    mark(2);
    await clock.advance(1);
    isIdle = false;
    mark(3);
    isIdle = true;
    mark(4);
    shiftMs = -3_600_000;
    mark(5);
    await clock.advance(0);
    assert.deepEqual(noted, [1, 4, 5]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['failed/store', 'failed/store', 'failed/store'],
    );
  });
});
