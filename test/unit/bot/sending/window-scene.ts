import assert from 'node:assert/strict';
import { findAsker, worldOf } from '../../../../src/bot/asker.ts';
import { describeAction } from '../../../../src/bot/collecting/compose-report.ts';
import { countOutcomes } from '../../../../src/bot/collecting/tally.ts';
import { parse } from '../../../../src/bot/handle-command.ts';
import { planCommand } from '../../../../src/bot/plan-command.ts';
import { describeRun } from '../../../../src/bot/records/keep-run.ts';
import { type Conducted, conductRun } from '../../../../src/bot/sending/conduct-run.ts';
import { startRun } from '../../../../src/bot/start-run.ts';
import { listTargets } from '../../../../src/bot/targets/find-targets.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Request } from '../../../../src/core/request.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { createScene, type Script, sendReply } from '../scripted-fleet.ts';

/**
 * How a node ends: what it answers, or that it says nothing at all; and after how long. A job over its time works so long;
 * one that was frozen begins so late.
 */
export interface Node {
  readonly end: 'ok' | 'aborted' | 'denied' | 'silent' | 'unsent' | 'overtime' | 'frozen';
  readonly delayMs: number;
  readonly beginsMs?: number;
}

export const node = (end: Node['end'], delayMs = 100, beginsMs?: number): Node =>
  beginsMs === undefined ? { end, delayMs } : { end, delayMs, beginsMs };
export const many = (count: number, one: Node): Node[] => Array.from({ length: count }, () => one);
export const nameOf = (index: number): string => `n${String(index).padStart(2, '0')}`;

export const TIMEOUT_MS = 5000;
/** When a node that says nothing is closed, and when nobody can begin any more. */
export const SILENT_MS = TIMEOUT_MS + 1500;
export const LATEST_MS = TIMEOUT_MS + 30_000;

export type WindowScene = ReturnType<typeof createScene>;

export interface ConductOptions {
  readonly findDenial?: () => Promise<McoError | undefined>;
  readonly prepare?: (scene: WindowScene) => void;
  /** The whole command, without options. */
  readonly command?: string;
  /** What a node answers that is asked about its job, instead of the truth. */
  readonly look?: Script;
}

/** What a node does with a request, on the clock of its fleet. */
function scriptOf(
  { end, delayMs, beginsMs = 0 }: Node,
  name: string,
  fleet: { scene?: WindowScene; look?: Script },
): Script {
  let begunAt = 0;
  const sceneOf = (): WindowScene => fleet.scene ?? assert.fail('there is no fleet');
  const answerLate = (request: Request): void => {
    const { clock, bus } = sceneOf();
    if (delayMs > 1000) clock.after(beginsMs + 1000, () => void sendReply(bus, request, { sender: name, kind: 'ack' }));
    clock.after(beginsMs + delayMs, () => void sendReply(bus, request, { sender: name }));
  };
  return (request) => {
    if (request.agent === 'job') {
      if (fleet.look !== undefined) return fleet.look(request);
      const isOver = sceneOf().clock.now() >= begunAt + delayMs;
      return { data: isOver ? { state: 'concluded', status: 'ok', message: '', outputs: {} } : { state: 'running' } };
    }
    begunAt = sceneOf().clock.now();
    if (end === 'silent') return undefined;
    if (end === 'frozen') return void answerLate(request);
    if (end === 'overtime') return { status: 'timeout', data: { job: 'j1' }, delayMs: TIMEOUT_MS };
    return { status: end === 'unsent' ? 'ok' : end, delayMs };
  };
}

/** Asks nodes that end like this, and tells when each was asked and when it was over. */
export async function conduct(nodes: readonly Node[], options: string, given: ConductOptions = {}) {
  const { findDenial, prepare, command = 'package update x', look } = given;
  const names = nodes.map((_, index) => nameOf(index));
  const fleet: Parameters<typeof scriptOf>[2] = look === undefined ? {} : { look };
  const scene = createScene(
    Object.fromEntries(nodes.map((one, index) => [nameOf(index), scriptOf(one, nameOf(index), fleet)])),
  );
  fleet.scene = scene;
  const { bot, clock, bus } = scene;
  prepare?.(scene);
  const publish = bus.publish.bind(bus);
  const asked: { readonly name: string; readonly at: number }[] = [];
  const looked: { readonly name: string; readonly at: number }[] = [];
  const tried: string[] = [];
  bus.publish = async (message) => {
    const { agent, audience: name } = decodeRequest(message.body);
    if (agent === 'job') {
      looked.push({ name, at: clock.now() });
      return await publish(message);
    }
    tried.push(name);
    if (nodes[names.indexOf(name)]?.end === 'unsent') throw new McoError('unreachable/refused', 'no right');
    await publish(message);
    asked.push({ name, at: clock.now() });
  };
  const text = `${command} ${options}`;
  const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
  const line = parse(message);
  const asker = await findAsker(bot, message);
  const ask = planCommand(line, bot.commands, worldOf(bot, asker));
  if (ask.kind !== 'ask') assert.fail('it asks nobody');
  const run = await startRun(bot, { message, asker, line, ask });
  await bot.store.runs.begin({ ...describeRun(run, message, clock.now()), input: ask.input });
  let end: Conducted | undefined;
  const closed: string[] = [];
  const keeper = {
    noteRequests: async () => {},
    noteResult: ({ node }: { node: string }) => void closed.push(node),
    settle: async () => {},
  };
  const atWork: { readonly at: number; readonly names: string }[] = [];
  const watch = {
    onProgress: (_: number, now: ReadonlySet<string>) =>
      void atWork.push({ at: clock.now(), names: [...now].sort().join(' ') }),
    signal: scene.cancel.signal,
  };
  const conduct = { targets: listTargets(names), action: describeAction(bot, ask), watch, keeper, findDenial };
  void conductRun(bot, run, conduct).then((conducted) => {
    end = conducted;
  });
  for (let step = 0; step < 4000 && end === undefined; step++) await clock.advance(2000);
  if (end === undefined) assert.fail('it never ended');
  const start = asked[0]?.at ?? 0;
  return { ...end, asked, looked, tried, closed, atWork, counts: countOutcomes(end.results), start, scene };
}

export type Conduct = Awaited<ReturnType<typeof conduct>>;

interface Asked {
  readonly name: string;
  readonly at: number;
}

const nodeOf = (nodes: readonly Node[], { name }: Asked): Node => nodes[Number(name.slice(1))] ?? assert.fail(name);

/** When a node that was asked is at work no more, and can't begin any more. */
export function overAt(nodes: readonly Node[], asked: Asked): number {
  const { end, delayMs, beginsMs = 0 } = nodeOf(nodes, asked);
  return asked.at + (end === 'silent' ? LATEST_MS : beginsMs + delayMs);
}

/** How a node counts that was asked, and from when on. */
export function closeOf(nodes: readonly Node[], asked: Asked): { readonly at: number; readonly word: string } {
  const { end, delayMs, beginsMs = 0 } = nodeOf(nodes, asked);
  const isLate = end === 'silent' || beginsMs + delayMs > SILENT_MS;
  if (end === 'overtime') return { at: asked.at + TIMEOUT_MS, word: 'aborted' };
  if (end === 'silent' || end === 'frozen') {
    return isLate ? { at: asked.at + SILENT_MS, word: 'silent' } : { at: asked.at + beginsMs + delayMs, word: 'ok' };
  }
  return { at: asked.at + delayMs, word: end };
}

/** The most that were at work, or could still begin, at any moment. */
export function mostAtWork(nodes: readonly Node[], { asked }: Conduct): number {
  const at = (time: number): number => asked.filter((one) => one.at <= time && time < overAt(nodes, one)).length;
  return Math.max(0, ...asked.map((one) => at(one.at)));
}
