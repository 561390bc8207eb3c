import { openAuditLog } from '../../../src/adapters/audit-log/audit-log.ts';
import { newUuid } from '../../../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { between, createRandom } from '../../../src/adapters/simulation/seeded-random.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { PackageBackend } from '../../../src/core/host/package-backend.ts';
import type { AuditLog, Bus, Verifier } from '../../../src/core/ports.ts';
import type { MadeKey } from '../../../src/main/playground/make-keys.ts';
import { type FleetParts, startNode } from '../../../src/main/playground/start-virtual-node.ts';
import type { NodePolicy } from '../../../src/policy/policy.ts';
import type { TrailWatch } from './kill-trail-watch.ts';

/** What one node did about one package; each command of the test names a package of its own. */
export interface Deed {
  readonly node: string;
  readonly package: string;
  isOk: boolean | undefined;
}

/** Nodes that keep a watch on the bot: what they do must stand in its trail already, and in their own log. */
export interface WatchedFleet {
  readonly deeds: readonly Deed[];
  /** Actions that were begun without a record before them, or twice. */
  readonly violations: readonly string[];
  close(): Promise<void>;
}

export interface WatchedFleetParts {
  readonly keys: ReadonlyMap<string, MadeKey>;
  readonly collective: string;
  readonly verifier: Verifier;
  readonly policy: NodePolicy;
  readonly auditFile: string;
  /** Package names of commands that need approval begin so. */
  readonly approved: string;
  /** Package names of what is updated begin with one of these; of all others only the status is asked. */
  readonly updated: readonly string[];
  /** Package names of what takes long begin so. */
  readonly slow: string;
  readonly trail: TrailWatch;
  connect(): Bus;
}

const SLOW_MS = 2500;

export async function startWatchedFleet(parts: WatchedFleetParts): Promise<WatchedFleet> {
  const log = await openAuditLog({ path: parts.auditFile });
  const onDisk = new Set<string>();
  const audit: AuditLog = {
    async append(record) {
      await log.append(record);
      if (record.event === 'intent') onDisk.add(`${record.by} ${String(record.input?.package)}`);
    },
  };
  const fleet: FleetParts = {
    collective: parts.collective,
    verifier: parts.verifier,
    audit,
    clock: systemClock,
    newId: newUuid,
  };
  const ledger = createLedger(parts, onDisk);
  const agents = await Promise.all(
    [...parts.keys].map(([identity, { signer }]) =>
      startNode(fleet, {
        identity,
        signer,
        bus: parts.connect(),
        facts: {},
        classes: new Set(['web']),
        policy: () => parts.policy,
        packages: watchPackages(identity, parts, ledger),
        services: { status: (name) => Promise.resolve({ name, state: 'running', detail: 'active' }) },
      }),
    ),
  );
  return {
    deeds: ledger.deeds,
    violations: ledger.violations,
    async close() {
      await Promise.all(agents.map((agent) => agent.stop()));
      await log.close();
    },
  };
}

interface Ledger {
  readonly deeds: Deed[];
  readonly violations: string[];
  begin(node: string, name: string): Deed;
}

/** The test of the invariant itself: at the moment of the deed. */
function createLedger({ trail, approved }: WatchedFleetParts, onDisk: ReadonlySet<string>): Ledger {
  const deeds: Deed[] = [];
  const violations: string[] = [];
  return {
    deeds,
    violations,
    begin(node, name) {
      const what = `${node} did ${name}`;
      if (deeds.some((deed) => deed.node === node && deed.package === name)) violations.push(`${what} twice`);
      if (!onDisk.has(`node:${node} ${name}`)) violations.push(`${what} without a record of its own`);
      trail.refresh();
      const about = trail.records.find(({ input, run }) => input?.package === name && run !== undefined);
      const intent = trail.records.find(({ event, run }) => event === 'intent' && run === about?.run);
      // What only reads may be asked of everybody who matches: also of those who were found too late to be on the list.
      const isForAll = intent?.action === 'package.status' && (intent.filter?.classes.length ?? 0) > 0;
      const isListed = intent?.nodes?.includes(node) === true;
      if (!isListed && !isForAll) violations.push(`${what} without a record of the bot's`);
      if (name.startsWith(approved)) {
        const yes = trail.records.find(({ event, digest }) => event === 'approved' && digest === intent?.digest);
        if (yes === undefined || intent === undefined || yes.seq > intent.seq) violations.push(`${what} unapproved`);
      }
      const deed: Deed = { node, package: name, isOk: undefined };
      deeds.push(deed);
      return deed;
    },
  };
}

/** The same node answers the same about the same package: mostly well, some of them not. */
function watchPackages(node: string, { slow, updated }: WatchedFleetParts, ledger: Ledger): PackageBackend {
  const done = new Set<string>();
  async function act(name: string, signal: AbortSignal): Promise<void> {
    const deed = ledger.begin(node, name);
    const random = createRandom(`${node} ${name}`);
    const isFine = random() < 0.9;
    await wait(name.startsWith(slow) ? SLOW_MS : between(random, 10, 200), signal);
    deed.isOk = isFine;
    if (!isFine) throw diskIsFull();
  }
  return {
    order: 'deb',
    async status(name, signal) {
      // An update looks before and after.
      if (!updated.some((start) => name.startsWith(start))) await act(name, signal);
      return [{ name, ensure: done.has(name) ? '1.1' : '1.0', arch: 'all', status: 'installed' }];
    },
    count: () => Promise.resolve(1),
    list: () => Promise.resolve([]),
    manager: {
      name: 'apt-get',
      updates: () => Promise.resolve([]),
      rehearse: () => Promise.resolve([]),
      change: ({ package: name }) => Promise.resolve({ perform: (signal) => update(name, signal) }),
      refresh: () => Promise.resolve({ perform: () => Promise.resolve({ exitCode: 0 }) }),
      explain: ({ exit }) => Promise.resolve(exit.state === 'exited' && exit.exitCode === 0 ? undefined : diskIsFull()),
    },
  };

  /** What it throws counts as a program that failed. */
  async function update(name: string, signal: AbortSignal): Promise<{ exitCode: number }> {
    await act(name, signal);
    done.add(name);
    return { exitCode: 0 };
  }
}

const diskIsFull = (): McoError => new McoError('failed/node', 'the disk is full');

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new McoError('failed/timeout', 'stopped before it was done'));
    });
  });
