import type { Effect } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { BotPolicy } from '../../../src/policy/policy.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';

/** A policy that uses every part of the language. Lines count from the first character: no leading newline. */
export const SITE_FILES = {
  'people.yaml': `people:
  ana: { slack: [T024BE7LD/U2147483697], mattermost: [chat.example.org/w7x1n8], console: [ana], unix: [ana] }
  anna: { console: [anna] }
  raj: { slack: [T024BE7LD/U2147483698], ssh: ["SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"] }
  bob: { console: [bob] }
  mallory: { console: [mallory] }
  value-of: { console: [valueOf] }
groups:
  ops: { members: [raj, anna] }
  banned: { members: [mallory] }
`,
  'roles.yaml': `roles:
  viewer:
    allow: [{ actions: ["*"], effect: read }]
  package-operator:
    includes: [viewer]
    allow:
      - { actions: [package.install, package.update], effect: write }
      - { actions: ["service.re*"], effect: write }
  lead:
    includes: [package-operator]
    allow: [{ actions: ["*"], effect: write }]
  pinger:
    allow: [{ actions: [rpcutil.ping], effect: read }]
  cook:
    allow: [{ actions: ["*.cook"], effect: write }, { actions: ["p*e.s*s"], effect: read }]
`,
  'bindings.yaml': `bindings:
  - { role: pinger, who: [everyone] }
  - { role: viewer, who: [bob], in: [console, "slack:T024BE7LD/C0INC42"] }
  - { role: package-operator, who: [ana], in: ["slack:T024BE7LD/*", console] }
  - { role: lead, who: ["group:ops"] }
  - { role: lead, who: ["group:banned"] }
  - { role: cook, who: [value-of], in: ["mattermost:*"] }
deny:
  - { actions: ["shell.*"], who: [everyone], in: ["slack:T024BE7LD/C0PUBLIC"], reason: no shells in the public channel }
  - { actions: ["*"], who: ["group:banned"] }
  - { actions: [package.update], who: [anna], in: [slack] }
`,
} as const;

export function readSite(): BotPolicy {
  return readBotPolicy(Object.entries(SITE_FILES).map(([name, text]) => ({ name, text })));
}

/** `package.update!` is a write, `package.status` a read. */
export function parseAction(short: string): { agent: string; action: string; effect: Effect } {
  const [agent = '', action = ''] = short.replace(/!$/, '').split('.');
  return { agent, action, effect: short.endsWith('!') ? 'write' : 'read' };
}

/** Why something is denied. */
export function reasonOf(decision: {
  readonly outcome: string;
  readonly reason?: string | undefined;
}): string | undefined {
  return decision.reason;
}

/** What a node's rules without limits need nothing of. */
export const PLAIN_REQUEST = {
  input: {},
  profile: { identity: 'web1', facts: {}, classes: new Set<string>(), agents: new Set<string>() },
  targets: { count: 1, digest: 'd'.repeat(64), isNarrowed: true },
  issuedAt: 0,
};

/** What reading threw: message, and hint after a bar. */
export function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof McoError)) throw thrown;
    return `${thrown.code} ${thrown.message}${thrown.hint === undefined ? '' : ` | ${thrown.hint}`}`;
  }
  return 'nothing was thrown';
}
