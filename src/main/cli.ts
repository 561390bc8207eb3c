#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { openAuditLog } from '../adapters/audit-log/audit-log.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { createKnownHosts } from '../adapters/ssh/known-hosts-verifier.ts';
import { createStompBus } from '../adapters/stomp/stomp-bus.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { quoteWord } from '../language/quote-word.ts';
import { readBrokerOptions } from './broker-config.ts';
import { CLIENT_HELP, readClientArgs, SYSTEM_CLIENT_CONFIG, USER_CLIENT_CONFIG } from './client-args.ts';
import { clientConfigSchema, DEFAULT_CLIENT_AUDIT } from './client-config.ts';
import { createBot } from './create-bot.ts';
import { exitWithError } from './exit-with-error.ts';
import { openSigner } from './key-config.ts';
import { loadConfig } from './load-config.ts';
import { logProblem, logWarning } from './log.ts';
import { readNodeList } from './node-list.ts';
import { createNodesAuthority } from './policy/policy-authority.ts';
import { cancelOnInterrupt } from './stop-signal.ts';
import { answerInTerminal, asksForJson, createStdoutScreen, createTerminalChat } from './terminal.ts';
import { VERSION } from './version.ts';

async function main(): Promise<number> {
  const args = readClientArgs(process.argv.slice(2));
  if (args.command === 'help') return print(CLIENT_HELP);
  if (args.command === 'version') return print(`mco ${VERSION}\n`);
  const path = args.config ?? (existsSync(USER_CLIENT_CONFIG) ? USER_CLIENT_CONFIG : SYSTEM_CLIENT_CONFIG);
  const { value: config, resolvePath } = await loadConfig(clientConfigSchema, path);
  const signer = await openSigner(config.key, resolvePath);
  const verifier = await createKnownHosts({ path: config.known_hosts.map(resolvePath), onWarning: logWarning });
  const auditPath = resolvePath(config.audit);
  // Only the default's folder is ours to make; another one shows a mistake in its name.
  if (config.audit === DEFAULT_CLIENT_AUDIT) await mkdir(dirname(auditPath), { recursive: true, mode: 0o700 });
  const audit = await openAuditLog({ path: auditPath });
  const bus = createStompBus(await readBrokerOptions(config.broker, resolvePath));
  const screen = createStdoutScreen(systemClock);
  const { username } = userInfo();
  // It ends with its command: what it keeps of runs is for itself alone.
  const store = await openStore({ path: ':memory:' });
  const chat = createTerminalChat({ name: 'terminal', screen, clock: systemClock, people: [username] });
  const bot = await createBot({
    auditName: `client:${username}`,
    name: nameClient(),
    collectives: config.collectives,
    authority: createNodesAuthority(config.caller),
    signers: { read: signer, write: signer },
    verifier,
    bus,
    audit,
    store,
    chats: [chat],
    readNodeList,
    tellsOfJobs: false,
    onProblem: logProblem,
  });
  try {
    const text = args.words.map(quoteWord).join(' ');
    const message = { text, isExact: true, account: `unix:${username}`, origin: { chat: 'terminal', channel: '' } };
    const terminal = { chat, screen, format: asksForJson(args.words) ? 'json' : 'text' } as const;
    return (await answerInTerminal(bot, terminal, { message, signal: cancelOnInterrupt() })).exitCode;
  } finally {
    await bot.close();
    await bus.close();
    await audit.close();
    store.close();
    verifier.close();
  }
}

/** A reply queue of its own for each invocation: two of them must not take each other's replies. */
const nameClient = (): string => `cli-${newUuid().replaceAll('-', '').slice(-16)}`;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

main().then((exitCode) => process.exit(exitCode), exitWithError);
