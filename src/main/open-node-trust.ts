import { systemClock } from '../adapters/clock/system-clock.ts';
import { createPolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createAllowedSigners } from '../adapters/ssh/allowed-signers-verifier.ts';
import { createFileSigner } from '../adapters/ssh/signer.ts';
import type { Signer, Verifier } from '../core/ports.ts';
import { comparePolicies } from '../policy/compare-policies.ts';
import type { NodePolicy, PolicyFile } from '../policy/policy.ts';
import { readNodePolicy } from '../policy/read-policy.ts';
import type { AgentConfig } from './agent-config.ts';
import type { NoteReload } from './reloads.ts';

/** What decides whom a node believes: its own key, the keys of others, and what these may do. */
export interface NodeTrust {
  readonly signer: Signer;
  readonly verifier: Verifier;
  policy(): NodePolicy;
  close(): void;
}

/**
 * Opens the files and follows their changes.
 *
 * @throws McoError of the file that can't be used
 */
export async function openNodeTrust(config: AgentConfig, onReload: NoteReload): Promise<NodeTrust> {
  const signer = await createFileSigner({ path: config.hostKey, principal: config.identity });
  const verifier = await createAllowedSigners({
    path: config.allowedSigners,
    now: () => systemClock.now(),
    onReload: (problem) => onReload(config.allowedSigners, problem),
  });
  const policy = createPolicyStore({
    file: config.policy,
    read: ({ text, name }: PolicyFile) => readNodePolicy(text, name),
    onReload: (now, before) => onReload(config.policy, undefined, comparePolicies(before, now)),
    onError: (problem) => onReload(config.policy, problem),
  });
  return {
    signer,
    verifier,
    policy: policy.current,
    close() {
      verifier.close();
      policy.close();
    },
  };
}
