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
import { handleCommand } from '../bot/handle-command.ts';
import { quoteWord } from '../language/quote-word.ts';
import { readBrokerOptions } from './broker-config.ts';
import { CLIENT_HELP, readClientArgs, SYSTEM_CLIENT_CONFIG, USER_CLIENT_CONFIG } from './client-args.ts';
import { clientConfigSchema, DEFAULT_CLIENT_AUDIT } from './client-config.ts';
import { asksForJson, createStdoutScreen, createTerminalSurface } from './console-surfaces.ts';
import { createBot } from './create-bot.ts';
import { exitWithError } from './exit-with-error.ts';
import { openSigner } from './key-config.ts';
import { loadConfig } from './load-config.ts';
import { logProblem, logWarning } from './log.ts';
import { createNodesAuthority } from './policy-authority.ts';
import { cancelOnInterrupt } from './stop-signal.ts';
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
  const bot = await createBot({
    auditName: `client:${userInfo().username}`,
    name: nameClient(),
    collectives: config.collectives,
    authority: createNodesAuthority(config.caller),
    signers: { read: signer, write: signer },
    verifier,
    bus,
    audit,
    onProblem: logProblem,
  });
  try {
    const text = args.words.map(quoteWord).join(' ');
    const surface = createTerminalSurface({
      screen: createStdoutScreen(systemClock),
      clock: systemClock,
      format: asksForJson(args.words) ? 'json' : 'text',
    });
    const message = {
      text,
      isExact: true,
      account: `unix:${userInfo().username}`,
      origin: { chat: 'terminal', channel: '' },
    };
    return (await handleCommand(bot, message, { surface, signal: cancelOnInterrupt() })).exitCode;
  } finally {
    await bot.close();
    await bus.close();
    await audit.close();
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
