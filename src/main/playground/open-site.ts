import { join } from 'node:path';
import { openAuditLog } from '../../adapters/audit-log/audit-log.ts';
import { newUuid } from '../../adapters/clock/new-uuid.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { createAllowedSigners } from '../../adapters/ssh/allowed-signers-verifier.ts';
import { createKnownHosts } from '../../adapters/ssh/known-hosts-verifier.ts';
import type { StompBus } from '../../adapters/stomp/stomp-bus.ts';
import { type OpenTrail, openAuditTrail } from '../../adapters/store/audit/open-audit-trail.ts';
import type { McoError } from '../../core/errors.ts';
import type { Verifier } from '../../core/ports.ts';
import type { PolicyTree } from '../../policy/explain-tests.ts';
import { createTrailVerifier } from '../audit/trail-verifier.ts';
import { readPolicyTree } from '../policy/policy-tree.ts';
import { createReloads } from '../reloads.ts';
import type { MadeKey } from './make-keys.ts';
import { type OpenPolicies, openPolicies, SHIPPED_POLICIES } from './open-policies.ts';
import { startBroker } from './start-broker.ts';
import type { FleetParts } from './start-virtual-node.ts';
import { writeTrustFiles } from './trust-files.ts';

export const COLLECTIVE = 'mcollective';

/** What the playground's bot and nodes have in common: broker, trust, policies and audit logs. */
export interface Site {
  readonly fleet: FleetParts;
  readonly knownHosts: Verifier;
  readonly policies: OpenPolicies;
  readonly botTrail: OpenTrail;
  readonly auditLogs: { readonly bot: string; readonly nodes: string };
  /** The bot's policy files, for `policy test` and the text of rules. */
  readPolicies(): Promise<PolicyTree>;
  /** A new connection to the broker; `buses` lists those made. */
  connect(): StompBus;
  readonly buses: readonly StompBus[];
  close(): Promise<void>;
}

export async function openSite({
  hostKeys,
  botKeys,
  auditDir,
  policies: policyDir = SHIPPED_POLICIES,
  onProblem,
}: {
  readonly hostKeys: ReadonlyMap<string, MadeKey>;
  readonly botKeys: { readonly read: MadeKey; readonly write: MadeKey };
  /** Where the audit trail and logs stay. */
  readonly auditDir: string;
  /** The bot's; the nodes' are always this repository's. */
  readonly policies?: string | undefined;
  onProblem(problem: McoError): void;
}): Promise<Site> {
  const trust = writeTrustFiles(hostKeys, Object.values(botKeys));
  const knownHosts = await createKnownHosts({ path: trust.knownHosts });
  const verifier = await createAllowedSigners({ path: trust.allowedSigners, now: () => systemClock.now() });
  const [botReloads, nodeReloads] = [createReloads(), createReloads()];
  const policies = openPolicies(policyDir, { bot: botReloads, nodes: nodeReloads });
  const auditLogs = { bot: join(auditDir, 'bot-audit.db'), nodes: join(auditDir, 'node-audit.jsonl') };
  const { signer } = botKeys.read;
  const botTrail = await openAuditTrail({
    path: auditLogs.bot,
    checkpointsPath: join(auditDir, 'bot-audit-checkpoints.jsonl'),
    signer,
    verifier: createTrailVerifier([signer.fingerprint]),
    by: 'bot:playground',
    clock: systemClock,
    onProblem,
  });
  const nodeAudit = await openAuditLog({ path: auditLogs.nodes });
  botReloads.recordIn({ audit: botTrail, by: 'bot:playground', clock: systemClock });
  nodeReloads.recordIn({ audit: nodeAudit, by: 'node:playground', clock: systemClock });
  const { broker, connect } = await startBroker();
  const buses: StompBus[] = [];
  return {
    fleet: {
      collective: COLLECTIVE,
      verifier,
      audit: nodeAudit,
      auditFile: auditLogs.nodes,
      clock: systemClock,
      newId: newUuid,
    },
    knownHosts,
    policies,
    botTrail,
    auditLogs,
    readPolicies: () => readPolicyTree(policyDir),
    buses,
    connect() {
      const bus = connect();
      buses.push(bus);
      return bus;
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.close()));
      await broker.close();
      await Promise.all([nodeAudit.close(), botTrail.close()]);
      for (const open of [knownHosts, verifier, ...Object.values(policies)]) open.close();
      trust.remove();
    },
  };
}
