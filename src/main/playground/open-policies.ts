import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPolicyStore, type PolicyStore } from '../../adapters/policy-files/create-policy-store.ts';
import { comparePolicies } from '../../policy/compare-policies.ts';
import type { BotPolicy, NodePolicy } from '../../policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../policy/read-policy.ts';
import type { Reloads } from '../reloads.ts';

/** The policy files of this repository; nothing compiles them, so they lie beside `dist`. */
export const SHIPPED_POLICIES = fileURLToPath(new URL('../../../../policies', import.meta.url));

export interface OpenPolicies {
  readonly bot: PolicyStore<BotPolicy>;
  readonly node: PolicyStore<NodePolicy>;
  readonly readOnlyNode: PolicyStore<NodePolicy>;
}

/**
 * The policies of bot and nodes, read again when they change. As outside the playground: what is broken is told and
 * recorded, and the last good one stays.
 *
 * @param dir the bot's; the nodes' are always this repository's
 * @param repeat as of `createPolicyStore`
 * @throws McoError `usage/bad-file`
 */
export function openPolicies(
  dir: string,
  { bot, nodes }: { readonly bot: Reloads; readonly nodes: Reloads },
  repeat?: (look: () => void) => () => void,
): OpenPolicies {
  const openNode = (name: string) =>
    createPolicyStore({
      file: join(SHIPPED_POLICIES, 'node', name),
      read: ({ text }) => readNodePolicy(text, name),
      onReload: (now, before) => nodes.note(name, undefined, comparePolicies(before, now)),
      onError: (problem) => nodes.note(name, problem),
      repeat,
    });
  return {
    bot: createPolicyStore({
      dir,
      read: readBotPolicy,
      onReload: (now, before) => bot.note('the policy', undefined, comparePolicies(before, now)),
      onError: (problem) => bot.note('the policy', problem),
      repeat,
    }),
    node: openNode('node.yaml'),
    readOnlyNode: openNode('node-read-only.yaml'),
  };
}
