import { between, createRandom } from '../../../src/adapters/simulation/seeded-random.ts';
import { broadcastDestination, nodeDestination } from '../../../src/core/destinations.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { encodeReply, statusOf } from '../../../src/core/reply.ts';
import { decodeRequest, type Request } from '../../../src/core/request.ts';
import type { FakeBus } from '../../fakes/fake-bus.ts';
import { createFakeSigner } from '../../fakes/fake-keys.ts';

export const COLLECTIVE = 'mcollective';

/** What a node said, and when by the storm's clock. */
export interface Said {
  readonly node: string;
  readonly isOk: boolean;
  readonly at: number;
  /** Before the bot's patience with this very request was over; in a run of several waves that is long before its end. */
  readonly isInTime: boolean;
}

/** Nodes that answer, fail, stay silent or answer too late: the same for the same seed and command. */
export interface StormFleet {
  readonly nodes: readonly string[];
  /** How often each node was asked to do each action in each run: `RUN AGENT.ACTION NODE`. Discovery's pings are left out. */
  readonly asked: ReadonlyMap<string, number>;
  /** What the nodes of a run said to its question. */
  saidIn(run: string): readonly Said[];
  /** Answers that are still to be given. */
  waiting(): number;
}

export interface FleetParts {
  readonly bus: FakeBus;
  readonly clock: Clock;
  readonly seed: string;
  readonly count: number;
}

/** Commands about these take long: half of the nodes never answer. */
export const SLOW = 'slow';

/** What the bot allows for the way there and back, on top of the action's own time. */
const GRACE_MS = 1500;

type Behaviour = { readonly answer: 'ok' | 'failed' | 'none'; readonly delayMs: number; readonly isSlowStart: boolean };

export function startStormFleet({ bus, clock, seed, count }: FleetParts): StormFleet {
  const nodes = Array.from({ length: count }, (_, index) => `node${index + 1}`);
  const asked = new Map<string, number>();
  const said = new Map<string, Said[]>();
  const rounds = new Map<string, number>();
  let waiting = 0;

  function later(delayMs: number, fn: () => Promise<void>): void {
    waiting++;
    clock.after(delayMs, () => void fn().finally(() => waiting--));
  }

  async function reply(node: string, request: Request, answer: 'ack' | 'ok' | 'failed'): Promise<void> {
    const signer = createFakeSigner(node);
    const { principal, fingerprint } = signer;
    const isResult = answer !== 'ack';
    const body = encodeReply({
      v: 1,
      type: 'reply',
      id: request.id,
      request: request.id,
      run: request.run,
      sender: node,
      seq: isResult ? 1 : 0,
      kind: isResult ? 'result' : 'ack',
      status: answer === 'failed' ? statusOf('aborted', 'the disk is full') : statusOf('ok'),
      data: answer === 'ok' ? { ensure: '1.2-3', after: '1.2-4', status: 'running', value: 'debian', pong: 1 } : {},
      startedAt: clock.now(),
      finishedAt: clock.now(),
      signer: { principal, fingerprint },
    });
    const signature = await signer.sign('mco-reply@v1', body);
    if (isResult && request.action !== 'ping') {
      const at = clock.now();
      const isInTime = at - request.issuedAt <= (request.options.timeoutMs ?? 0) + GRACE_MS;
      said.set(request.run, [...(said.get(request.run) ?? []), { node, isOk: answer === 'ok', at, isInTime }]);
    }
    bus.deliver(request.replyTo, { body, signature });
  }

  function take(node: string, body: Uint8Array): void {
    const request = decodeRequest(body);
    const random = createRandom(`${seed} ${request.run} ${node}`);
    if (request.action === 'ping') return later(between(random, 10, 200), () => reply(node, request, 'ok'));
    const key = `${request.run} ${request.agent}.${request.action} ${node}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    const about = String(Object.values(request.input)[0] ?? '');
    const round = (rounds.get(`${about} ${node}`) ?? 0) + 1;
    rounds.set(`${about} ${node}`, round);
    const behaviour = behave(createRandom(`${seed} ${about} ${node} ${round}`), about);
    if (behaviour.isSlowStart) later(50, () => reply(node, request, 'ack'));
    const { answer, delayMs } = behaviour;
    if (answer !== 'none') later(delayMs, () => reply(node, request, answer));
  }

  for (const node of nodes) {
    bus.subscribe(broadcastDestination(COLLECTIVE), ({ body }) => take(node, body));
    bus.subscribe(nodeDestination(COLLECTIVE, node), ({ body }) => take(node, body));
  }
  return { nodes, asked, saidIn: (run) => said.get(run) ?? [], waiting: () => waiting };
}

function behave(random: () => number, about: string): Behaviour {
  const chance = random();
  const isSlowStart = random() < 0.1;
  if (about.startsWith(SLOW) && chance < 0.5) return { answer: 'none', delayMs: 0, isSlowStart };
  if (chance < 0.06) return { answer: 'none', delayMs: 0, isSlowStart };
  // After the end of a run that waits for 6 s and the way there and back.
  if (chance < 0.09) return { answer: 'ok', delayMs: between(random, 11_000, 16_000), isSlowStart };
  if (chance < 0.2) return { answer: 'failed', delayMs: between(random, 30, 3000), isSlowStart };
  return { answer: 'ok', delayMs: between(random, 30, 3500), isSlowStart };
}
