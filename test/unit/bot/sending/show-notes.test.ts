import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showNotes } from '../../../../src/bot/sending/show-notes.ts';
import type { RunHeader } from '../../../../src/core/report.ts';
import { decodeRequest, type Request } from '../../../../src/core/request.ts';
import type { RunNote } from '../../../../src/core/surface.ts';
import { renderCardText } from '../../../../src/render/render-card-text.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive, createScene, type Script, sendReply } from '../scripted-fleet.ts';

const HEADER = { run: '01890000-0000-7000-8000-000000007f3a' } as RunHeader;

function createNotes(targeted = 1) {
  const clock = createFakeClock();
  const posted: RunNote[] = [];
  const note = async (one: RunNote): Promise<void> => void posted.push(one);
  const notes = showNotes({ note }, { header: HEADER, targeted, clock });
  return {
    clock,
    posted,
    notes,
    say: (text: unknown, sender = 'web1') => notes.add({ sender, data: { text } as never }),
  };
}

describe('what nodes say on their way', () => {
  it('is gathered and told in steps', async () => {
    const { clock, posted, say } = createNotes();
    say('one\n');
    say('two\n');
    await clock.advance(2900);
    assert.equal(posted.length, 0);
    await clock.advance(200);
    say('three\n');
    await clock.advance(10_000);
    assert.deepEqual(
      posted.map(({ parts }) => parts),
      [[{ node: undefined, text: 'one\ntwo\n', isCut: false }], [{ node: undefined, text: 'three\n', isCut: false }]],
    );
  });

  it('stands under the names of its nodes where there are several', async () => {
    const { clock, posted, say } = createNotes(2);
    say('a', 'web1');
    say('b', 'web2');
    await clock.advance(5000);
    assert.deepEqual(
      posted[0]?.parts.map(({ node, text }) => [node, text]),
      [
        ['web1', 'a'],
        ['web2', 'b'],
      ],
    );
  });

  it('is cut to its end, 3,000 characters in all', async () => {
    const { clock, posted, say } = createNotes(2);
    say('x'.repeat(9000), 'web1');
    say(`${'y'.repeat(9000)}!`, 'web2');
    await clock.advance(5000);
    const parts = posted[0]?.parts ?? [];
    assert.equal(parts.map(({ text }) => text).join('').length, 3000);
    assert.ok(parts.every(({ isCut }) => isCut));
    assert.ok(parts[1]?.text.endsWith('!'));
  });

  it('is told in twenty posts at most, and the last one says that it is', async () => {
    const { clock, posted, say } = createNotes();
    for (let n = 0; n < 10_000; n++) {
      say(`${n}\n`);
      await clock.advance(1000);
      if (posted.length === 20) break;
    }
    const seconds = (clock.now() - 1_700_000_000_000) / 1000;
    assert.ok(seconds > 600, `twenty posts last ${seconds} s`);
    for (let n = 0; n < 200; n++) {
      say('more\n');
      await clock.advance(1000);
    }
    assert.equal(posted.length, 20);
    assert.deepEqual(
      posted.map(({ isLast }) => isLast),
      [...Array.from({ length: 19 }, () => false), true],
    );
  });

  it('is left out where it is no text, and when the run is over', async () => {
    const { clock, posted, say, notes } = createNotes();
    say(17);
    say('');
    say({ deep: 'text' });
    await clock.advance(10_000);
    say('too late');
    notes.stop();
    say('much too late');
    await clock.advance(10_000);
    assert.deepEqual(posted, []);
  });
});

/** A node that works for ten seconds and says so with such a text. */
const talking = (
  scene: () => { bus: Parameters<typeof sendReply>[0]; clock: { after(ms: number, fn: () => void): unknown } },
  text: string,
): Script =>
  alive((request) => {
    const say = (seq: number): unknown =>
      scene().clock.after(
        1000 * (seq + 1),
        () => void sendReply(scene().bus, request, { sender: 'web1', kind: 'progress', seq, data: { text } }),
      );
    for (let seq = 0; seq < 3; seq++) say(seq);
    return { delayMs: 4800, data: { after: '2' } };
  });

describe('progress of a run', () => {
  it('goes to its thread, escaped, and never after its end', async () => {
    const hostile = '*bold* `code` <@U1> \u001b[31m\u202e @channel\n';
    const scene = createChatScene({ web1: talking(() => scene, hostile) });
    await scene.start();
    const { end } = await scene.ask('package update nginx -I web1');
    assert.equal(end?.counts.ok, 1);
    const thread = scene.thread().map(({ cards }) => cards);
    const told = thread.filter((cards) => cards.some(({ outcome }) => outcome === 'SO FAR'));
    assert.equal(told.length, 1);
    const text = told.flatMap((cards) => cards.map(renderCardText)).join('\n');
    assert.match(text, /\\x1b\[31m\\u202e/);
    assert.ok(!text.includes('\u001b') && !text.includes('\u202e'));
    assert.ok(
      thread.at(-1)?.every(({ outcome }) => outcome !== 'SO FAR'),
      'the end comes last',
    );
  });

  const progressOf = (requests: readonly Request[]): (boolean | undefined)[] =>
    requests.filter(({ action }) => action !== 'ping').map(({ options }) => options.progress);

  it('is asked for where somebody reads it: of five nodes at most, and shown as text', async () => {
    const script = alive(() => ({ data: {} }));
    const names = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
    const ask = async (count: number, options = ''): Promise<(boolean | undefined)[]> => {
      const { run, bus } = createScene(Object.fromEntries(names.slice(0, count).map((name) => [name, script])));
      await run(`package update x ${options}`);
      return progressOf(bus.published.map(({ body }) => decodeRequest(body)));
    };
    assert.deepEqual(await ask(1), [true]);
    assert.deepEqual(await ask(5), [true, true, true, true, true]);
    assert.ok((await ask(6)).every((progress) => progress === undefined));
    for (const options of ['--np', '-q', '--json', '--csv'])
      assert.deepEqual(await ask(1, options), [undefined], options);
  });
});
