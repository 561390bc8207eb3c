import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../src/adapters/audit-log/audit-log.ts';
import { newUuid } from '../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../src/adapters/clock/system-clock.ts';
import { layoutFleet } from '../src/adapters/simulation/layout-fleet.ts';
import { createSimulatedPackages } from '../src/adapters/simulation/simulated-packages.ts';
import { createSimulatedServices } from '../src/adapters/simulation/simulated-services.ts';
import { createAllowedSigners } from '../src/adapters/ssh/allowed-signers-verifier.ts';
import { createStompBus, type StompBus } from '../src/adapters/stomp/stomp-bus.ts';
import type { Clock } from '../src/core/ports.ts';
import { makeKey } from '../src/main/playground/make-keys.ts';
import { type FleetParts, startNode } from '../src/main/playground/start-virtual-node.ts';
import { readNodePolicy } from '../src/policy/read-policy.ts';
import type { FleetAnswer, FleetOrder } from './fleet-messages.ts';
import { cpuMs } from './measure.ts';
import { type Checks, makeSignerOptional, makeVerifierOptional } from './optional-checks.ts';

/**
 * The process of its own in which the virtual nodes run: the real pipeline and the real audit log over simulated back
 * ends that take no time, each node with its own key and its own connection.
 */
type Start = Extract<FleetOrder, { order: 'start' }>;

const UP_MS = 120_000;
const POLICY = join('policies', 'node', 'node.yaml');

const checks: Checks = { on: true };
const dir = mkdtempSync(join(tmpdir(), 'mco-bench-fleet-'));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));

/** Makes the back ends' pretended work end at once. */
const instantClock: Clock = {
  now: () => systemClock.now(),
  after(_delayMs, fn) {
    queueMicrotask(fn);
    return () => {};
  },
};

async function start({ broker, nodes, signer }: Start): Promise<FleetAnswer> {
  const { host, port, login, passcode } = broker;
  const connect = (): StompBus => createStompBus({ servers: [{ host, port }], login, passcode });
  const fleet = await openFleet(signer);
  const policy = readNodePolicy(readFileSync(POLICY, 'utf8'), 'node.yaml');
  const hosts = layoutFleet(nodes).map((one) => ({ ...one, wedged: false }));
  const members = hosts.map((one) => ({ one, key: makeKey(one.identity), bus: connect() }));
  const starting = members.map(({ one, key, bus }) =>
    startNode(fleet, {
      identity: one.identity,
      facts: one.facts,
      classes: one.classes,
      packages: createSimulatedPackages(one, instantClock),
      services: createSimulatedServices(one, instantClock),
      policy: () => policy,
      signer: makeSignerOptional(key.signer, checks),
      bus,
    }),
  );
  await Promise.all(starting);
  await Promise.all(members.map(({ bus }) => bus.whenUp(UP_MS)));
  return {
    done: 'start',
    knownHosts: members.map(({ one, key }) => `${one.identity} ${key.publicLine}`),
    identities: hosts.map(({ identity }) => identity),
  };
}

async function openFleet({ principal, publicLine }: Start['signer']): Promise<FleetParts> {
  const path = join(dir, 'allowed_signers');
  writeFileSync(path, `${principal} namespaces="mco-request@v1" ${publicLine}\n`);
  const verifier = await createAllowedSigners({ path, now: () => systemClock.now() });
  const audit = await openAuditLog({ path: join(dir, 'audit.jsonl') });
  const silentVerifier = makeVerifierOptional(verifier, checks);
  return { collective: 'mcollective', verifier: silentVerifier, audit, clock: systemClock, newId: newUuid };
}

async function obey(order: FleetOrder): Promise<FleetAnswer> {
  switch (order.order) {
    case 'start':
      return await start(order);
    case 'check':
      checks.on = order.on;
      return { done: 'check' };
    case 'usage':
      return { done: 'usage', cpuMs: cpuMs(), rssBytes: process.memoryUsage.rss() };
    case 'stop':
      return { done: 'stop' };
  }
}

process.on('message', (order: FleetOrder) => {
  const answer = obey(order).catch((error: unknown): FleetAnswer => ({ done: 'failed', reason: String(error) }));
  void answer.then((done) => process.send?.(done, undefined, {}, () => order.order === 'stop' && process.exit(0)));
});
// The bench is gone: so is the need for this process.
process.once('disconnect', () => process.exit(1));
