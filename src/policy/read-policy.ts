import { McoError } from '../core/errors.ts';
import { isCallerPattern } from './caller-pattern.ts';
import { linkChatGroups } from './link-groups.ts';
import { linkPeople } from './link-people.ts';
import { linkRules } from './link-rules.ts';
import type { BotPolicy, NodePolicy, PolicyFile, SignerRule } from './policy.ts';
import { complain, mergeSection, type PolicyPart, quote, readPart } from './policy-part.ts';
import { botFileSchema, type NodeFile, nodeFileSchema } from './policy-schema.ts';
import { readEffect } from './rule-fields.ts';

/**
 * Reads the bot's policy: the files together are one policy, and names may refer across files.
 *
 * @throws McoError `usage/bad-file`: not YAML, unknown keys or names, duplicates across files, circles of roles, an
 *   account of two people; with file and line, and the nearest known name
 */
export function readBotPolicy(files: readonly PolicyFile[]): BotPolicy {
  if (files.length === 0) {
    throw new McoError('usage/bad-file', 'there is no policy file', { hint: 'without one nobody may do anything' });
  }
  const parts = files.map((file) => readPart(botFileSchema, file));
  return { accounts: linkPeople(parts), chatGroups: linkChatGroups(parts), ...linkRules(parts, 'bot') };
}

/**
 * Reads a node's policy: one file in the same language, with `signers`, in which `who` names callers. A signer that may
 * write must list its `callers`; one that may only read may do without, and then speaks for anybody.
 *
 * @param file what rules and errors call it
 * @throws McoError `usage/bad-file`, as `readBotPolicy`
 */
export function readNodePolicy(text: string, file: string): NodePolicy {
  const part = readPart(nodeFileSchema, { name: file, text });
  linkPeople([part]);
  return { signers: linkSigners(part), ...linkRules([part], 'node') };
}

function linkSigners(part: PolicyPart<NodeFile>): ReadonlyMap<string, SignerRule> {
  const signers = new Map<string, SignerRule>();
  for (const [principal, { value, at, atField }] of mergeSection<NodeFile, NodeFile['signers'][string]>(
    [part],
    'signers',
    'signer',
  )) {
    const effect = readEffect(value.effect, atField(['effect']));
    // INVARIANT: a key that may change things speaks for callers that were written down, never for just anybody.
    if (effect === 'write' && value.callers === undefined) {
      throw complain(
        at,
        `the signer ${quote(principal)} may write and has no \`callers\``,
        'such as `callers: ["person:*"]`',
      );
    }
    const wrong = value.callers?.findIndex((pattern) => !isCallerPattern(pattern)) ?? -1;
    const pattern = value.callers?.[wrong];
    if (pattern !== undefined) {
      throw complain(
        atField(['callers', wrong]),
        `${quote(pattern)} is not a caller`,
        'such as `person:ana` or `person:*`',
      );
    }
    const { callers, vouches = false } = value;
    signers.set(principal, { principal, effect, callers, vouches, at });
  }
  return signers;
}
