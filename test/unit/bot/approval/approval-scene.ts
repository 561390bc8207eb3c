import assert from 'node:assert/strict';
import type { Authority, MembershipOptions, Question } from '../../../../src/bot/bot.ts';
import type { AuditTrail } from '../../../../src/core/audit-trail.ts';
import type { ButtonAction } from '../../../../src/core/card.ts';
import type { ChatTraits } from '../../../../src/core/chat.ts';
import type { ApprovalRule, Decision, Memberships } from '../../../../src/policy/policy.ts';
import { allowedBy, grantOf } from '../../../fakes/decisions.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive, type Script } from '../scripted-fleet.ts';

const FLEET = { web1: alive(() => ({ data: { after: '2' } })), web2: alive(() => ({ data: { after: '2' } })) };

export const RULE: ApprovalRule = { overNodes: 0, from: 'leads', count: 1, expiresMs: 30 * 60_000 };

export const needsApproval = (rule: Partial<ApprovalRule> = {}): Decision =>
  allowedBy(grantOf({ rules: ['roles.yaml:14'], approval: { ...RULE, ...rule } }));

export interface ApprovalOptions {
  readonly rule?: Partial<ApprovalRule> | undefined;
  readonly fleet?: Readonly<Record<string, Script>> | undefined;
  readonly traits?: Partial<ChatTraits> | undefined;
}

/** What the policy says; a test changes it while an order waits. Everybody may read; writes need the leads. */
export interface FakePolicy {
  leads: string[];
  decide(question: Question): Decision;
  /** Accounts that are somebody else's than their names say. */
  readonly renamed: Map<string, string>;
  isAway: boolean;
  /** What a chat says when it is asked now; with `nobody` it has nobody in its groups any more. */
  memberships(): Memberships;
  /** Who was looked up, and how. */
  readonly looked: (readonly [string, MembershipOptions | undefined])[];
}

/** A bot in a chat whose writes need the yes of `raj` or `bob`. */
export async function createApprovalScene({ rule, fleet = FLEET, traits }: ApprovalOptions = {}) {
  const policy: FakePolicy = {
    leads: ['raj', 'bob'],
    decide: ({ effect }) => (effect === 'write' ? needsApproval(rule) : allowedBy(grantOf())),
    renamed: new Map(),
    isAway: false,
    memberships: () => ({ of: new Set(), unresolved: [] }),
    looked: [],
  };
  const authority: Authority = {
    identify: (account) => policy.renamed.get(account) ?? account.replace(/^.*\//, 'person:'),
    decide: (question) => policy.decide(question),
    async findMemberships(account, options) {
      policy.looked.push([account.replace(/^.*\//, ''), options]);
      return options?.isFresh === true ? policy.memberships() : { of: new Set(), unresolved: [] };
    },
    rolesOf: () => ['operator'],
    judgeMember(group, { caller, memberships }) {
      if (policy.isAway || memberships.unresolved.length > 0) return 'unknown';
      if (memberships.of.has('nobody')) return 'out';
      return group === 'leads' && policy.leads.includes(caller.replace('person:', '')) ? 'in' : 'out';
    },
  };
  const notAsked = () => Promise.reject(new Error('nobody asks for it here'));
  const trail: AuditTrail = {
    append: (record) => scene.audit.append(record),
    async find({ run, events }) {
      return scene.audit.records
        .map((record, index) => ({ seq: index + 1, hash: '', record }))
        .filter(({ record }) => record.run?.endsWith(run ?? '') === true && events?.includes(record.event) !== false);
    },
    read: () => assert.fail('nobody asks for it here'),
    head: notAsked,
    verify: notAsked,
    checkpoint: notAsked,
  };
  const scene = createChatScene(fleet, {
    traits,
    bot: { authority, trail, openThread: (run) => scene.conversations().openThread(run) },
  });
  await scene.start();

  return {
    ...scene,
    policy,
    /** A command of somebody's, and some time for it. Returns what they alone are told. */
    async tell(name: string, text: string, ms = 2000): Promise<string> {
      const before = scene.chat.whispers.length;
      await scene.chat.say(text, { account: `slack:T1/${name}` });
      await scene.clock.advance(ms);
      return scene.chat.whispers
        .slice(before)
        .map((whisper) => whisper.text)
        .join('\n');
    },
    async press(name: string, action: ButtonAction, ms = 2000): Promise<string> {
      const before = scene.chat.whispers.length;
      await scene.chat.press(scene.root(), action, { account: `slack:T1/${name}` });
      await scene.clock.advance(ms);
      return scene.chat.whispers
        .slice(before)
        .map((whisper) => whisper.text)
        .join('\n');
    },
    /** Ana's order, as it waits. */
    async park(command = 'package update nginx') {
      await scene.chat.say(command);
      await scene.clock.advance(6000);
      return await scene.lastRun();
    },
    rootText: () => scene.chat.texts()[0] ?? '',
    buttons: () => (scene.root()?.cards.at(-1)?.buttons ?? []).map(({ action }) => action),
    /** The audit trail without what was merely said or answered. */
    told: () =>
      scene.audit.records
        .filter(({ event }) => event !== 'received' && event !== 'answered')
        .map(({ event, caller, result }) => [event, caller?.replace('person:', ''), result].filter(Boolean).join(' ')),
    end: async () => (await scene.lastRun()).end,
  };
}

export type ApprovalScene = Awaited<ReturnType<typeof createApprovalScene>>;
