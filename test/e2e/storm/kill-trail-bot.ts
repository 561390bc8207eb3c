import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createMattermostChat } from '../../../src/adapters/mattermost/mattermost-chat.ts';
import { createKnownHosts } from '../../../src/adapters/ssh/known-hosts-verifier.ts';
import { createStompBus } from '../../../src/adapters/stomp/stomp-bus.ts';
import { openAuditTrail } from '../../../src/adapters/store/audit/open-audit-trail.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import { createMembershipFinder } from '../../../src/bot/authority/find-memberships.ts';
import { checkpointRegularly } from '../../../src/main/audit/checkpoint-regularly.ts';
import { createTrailVerifier } from '../../../src/main/audit/trail-verifier.ts';
import { createBot } from '../../../src/main/create-bot.ts';
import { keepKey } from '../../../src/main/playground/make-keys.ts';
import { createPolicyAuthority } from '../../../src/main/policy/policy-authority.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';

/**
 * The bot of `kill-trail.test.ts`, in a process of its own: everything of the real one that a kill can hurt, and nothing
 * that only makes the start longer. Its one argument is a file with `KillTrailPlan`; it begins with a line on its input.
 */
export interface KillTrailPlan {
  readonly dir: string;
  readonly collective: string;
  readonly broker: { readonly host: string; readonly port: number; readonly login: string; readonly passcode: string };
  readonly knownHosts: string;
  readonly mattermost: { readonly url: string; readonly token: string };
  /** So often the end of the trail is signed: a kill shall meet that too. */
  readonly checkpointMs: number;
}

export const BOT_NAME = 'killed';

async function runKilledBot(plan: KillTrailPlan): Promise<void> {
  const path = (name: string): string => join(plan.dir, name);
  const onProblem = (problem: { code: string; message: string }): void =>
    console.error(`${problem.code}: ${problem.message}`);
  const signers = {
    read: keepKey('mco-read', path('mco-read.pem')).signer,
    write: keepKey('mco-write', path('mco-write.pem')).signer,
  };
  const store = await openStore({ path: path('mcobot.db'), noteProblem: onProblem });
  const auditName = `bot:${BOT_NAME}`;
  const trail = await openAuditTrail({
    path: path('audit.db'),
    checkpointsPath: path('audit-checkpoints.jsonl'),
    signer: signers.read,
    verifier: createTrailVerifier([signers.read.fingerprint]),
    by: auditName,
    clock: systemClock,
    onProblem,
  });
  const { host, port, login, passcode } = plan.broker;
  const bus = createStompBus({ servers: [{ host, port }], login, passcode });
  const name = `mattermost:${new URL(plan.mattermost.url).host}`;
  const chat = createMattermostChat({
    ...plan.mattermost,
    commandTokens: ['nobody-uses-the-slash-command'],
    actionKey: new Uint8Array(32).fill(7),
    // Everything is typed here.
    callbackUrl: 'http://127.0.0.1:9',
    renderMessage: renderMattermostMessage,
    clock: systemClock,
    heard: {
      from: (await store.heardUntil(name)) ?? store.bornAt,
      notBefore: store.bornAt,
      note: (until) => store.noteHeard(name, until),
    },
  });
  const chats = [chat];
  const policy = readBotPolicy([{ name: 'policy.yaml', text: readFileSync(path('policy.yaml'), 'utf8') }]);
  const bot = await createBot({
    auditName,
    name: BOT_NAME,
    collectives: [plan.collective],
    authority: createPolicyAuthority(() => policy, createMembershipFinder({ chats, clock: systemClock })),
    signers,
    verifier: await createKnownHosts({ path: plan.knownHosts }),
    bus,
    audit: trail,
    trail,
    store,
    chats,
    onProblem,
  });
  const checkpoints = checkpointRegularly({ trail, everyMs: plan.checkpointMs, clock: systemClock, onProblem });
  console.log('listening');
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  await bot.close();
  await bus.close();
  await checkpoints.close();
  await trail.close();
  store.close();
}

// Imported for its type, it does nothing.
if (process.argv[1] === import.meta.filename && process.argv[2] !== undefined) {
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await runKilledBot(JSON.parse(readFileSync(process.argv[2], 'utf8')) as KillTrailPlan);
  process.exit(0);
}
