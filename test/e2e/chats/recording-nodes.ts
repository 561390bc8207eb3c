import { readFileSync } from 'node:fs';
import { openAuditLog } from '../../../src/adapters/audit-log/audit-log.ts';
import { newUuid } from '../../../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createAllowedSigners } from '../../../src/adapters/ssh/allowed-signers-verifier.ts';
import { createFileSigner } from '../../../src/adapters/ssh/signer.ts';
import type { PackageBackend } from '../../../src/core/host/package-backend.ts';
import { type FleetParts, startNode } from '../../../src/main/playground/start-virtual-node.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import type { Site } from '../site.ts';
import { connectAs } from '../site-broker.ts';
import { COLLECTIVE } from '../wiretap.ts';

/** Nodes in this process, with the site's keys and policy and the real pipeline. */
export interface RecordingNodes {
  /** The log of all of them. */
  readonly audit: string;
  /** The nodes that updated a package, sorted. */
  updated(name: string): string[];
  close(): Promise<void>;
}

/** @param fleet identities by their class */
export async function startRecordingNodes(
  site: Site,
  fleet: Readonly<Record<string, readonly string[]>>,
): Promise<RecordingNodes> {
  const audit = site.path('nodes-audit.jsonl');
  const log = await openAuditLog({ path: audit });
  const verifier = await createAllowedSigners({ path: site.path('allowed_signers'), now: () => Date.now() });
  const policy = readNodePolicy(readFileSync(site.path('node-policy.yaml'), 'utf8'), 'node-policy.yaml');
  const parts: FleetParts = {
    ...{ collective: COLLECTIVE, verifier, audit: log, auditFile: audit },
    ...{ clock: systemClock, newId: newUuid },
  };
  const bus = connectAs('agent', site.broker);
  const deeds: { readonly node: string; readonly name: string }[] = [];
  const start = async (identity: string, ofClass: string) =>
    startNode(parts, {
      ...{ identity, bus, facts: { site: 'test' }, classes: new Set([ofClass]), policy: () => policy },
      signer: await createFileSigner({ path: site.path(identity), principal: identity }),
      packages: notePackages((name) => deeds.push({ node: identity, name })),
      services: { status: (name) => Promise.resolve({ name, state: 'running', detail: 'active' }) },
    });
  const named = Object.entries(fleet).flatMap(([ofClass, nodes]) => nodes.map((node) => [node, ofClass] as const));
  const agents = await Promise.all(named.map(([node, ofClass]) => start(node, ofClass)));
  await bus.whenUp(30_000);
  return {
    audit,
    updated: (name) => deeds.flatMap((deed) => (deed.name === name ? [deed.node] : [])).sort(),
    async close() {
      await Promise.all(agents.map((agent) => agent.stop()));
      await bus.close();
      await log.close();
      verifier.close();
    },
  };
}

function notePackages(note: (name: string) => void): PackageBackend {
  const updated = new Set<string>();
  const perform = (name: string) => async () => {
    note(name);
    updated.add(name);
    return { exitCode: 0 };
  };
  return {
    order: 'deb',
    status: (name) =>
      Promise.resolve([{ name, ensure: updated.has(name) ? '1.1' : '1.0', arch: 'all', status: 'installed' }]),
    count: () => Promise.resolve(1),
    list: () => Promise.resolve([]),
    manager: {
      name: 'apt-get',
      updates: () => Promise.resolve([]),
      rehearse: () => Promise.resolve([]),
      change: ({ package: name }) => Promise.resolve({ perform: perform(name) }),
      refresh: () => Promise.resolve({ perform: () => Promise.resolve({ exitCode: 0 }) }),
      explain: () => Promise.resolve(undefined),
    },
  };
}
