import { openAuditLog } from '../adapters/audit-log/audit-log.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { runTerminalChat } from '../adapters/console/terminal-chat.ts';
import { createPolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createKnownHosts } from '../adapters/ssh/known-hosts-verifier.ts';
import type { Bot } from '../bot/bot.ts';
import { handleCommand } from '../bot/handle-command.ts';
import { toMcoError } from '../core/errors.ts';
import { readBotPolicy } from '../policy/read-policy.ts';
import { escapeText } from '../render/escape-text.ts';
import { BOT_HELP, readBotArgs } from './bot-args.ts';
import { type BotConfig, botConfigSchema } from './bot-config.ts';
import { createBrokerBus } from './broker-config.ts';
import { createStdoutScreen, createTerminalSurface } from './console-surfaces.ts';
import { createBot } from './create-bot.ts';
import { openSigner } from './key-config.ts';
import { type Config, loadConfig } from './load-config.ts';
import { logInfo, logProblem, logReload, logWarning } from './log.ts';
import { createPolicyAuthority } from './policy-authority.ts';
import { receiveStopSignal } from './stop-signal.ts';
import { VERSION } from './version.ts';

/** How long a start waits for the first broker before it says so and goes on trying. */
const FIRST_CONNECTION_MS = 5000;

const EXAMPLES = ['/mco package status bash', '/mco ping', '/mco help'];

/** The program `mcobot`. Resolves with its exit code. */
export async function runBot(argv: readonly string[]): Promise<number> {
  const args = readBotArgs(argv);
  if (args.command === 'help') return print(BOT_HELP);
  if (args.command === 'version') return print(`mcobot ${VERSION}\n`);
  const file = await loadConfig(botConfigSchema, args.config);
  const bot = await openBot(file);
  try {
    if (args.check) return print(`${args.config} is fine: ${describeBot(bot)}\n`);
    logInfo(`mcobot ${VERSION} started: ${describeBot(bot)}`);
    const user = file.value.chat.console?.user;
    if (user === undefined) return await receiveStopSignal().then(() => 0);
    return await talk(bot, user);
  } finally {
    await bot.close();
  }
}

/** Opens everything that the configuration names, and connects. */
async function openBot(file: Config<BotConfig>): Promise<Bot & { close(): Promise<void> }> {
  const { value: config, resolvePath } = file;
  const policy = createPolicyStore({
    dir: resolvePath(config.policies),
    read: readBotPolicy,
    onReload: () => logReload('the policy'),
    onError: (problem) => logReload('the policy', problem),
  });
  const signers = {
    read: await openSigner(config.keys.read, resolvePath),
    write: config.keys.write === undefined ? undefined : await openSigner(config.keys.write, resolvePath),
  };
  const verifier = await createKnownHosts({
    path: config.known_hosts.map(resolvePath),
    onWarning: logWarning,
    onReload: (problem) => logReload('known_hosts', problem),
  });
  const audit = await openAuditLog({ path: resolvePath(config.audit) });
  const bus = await createBrokerBus(config.broker, resolvePath);
  const [collective = 'mcollective', ...others] = config.collectives;
  const bot = await createBot({
    auditName: `bot:${config.name}`,
    name: config.name,
    collectives: [collective, ...others],
    authority: createPolicyAuthority(policy.current),
    signers,
    verifier,
    bus,
    audit,
    clock: systemClock,
    newId: newUuid,
    onProblem: logProblem,
  });
  await bus.whenUp(FIRST_CONNECTION_MS).catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  return {
    ...bot,
    async close() {
      await bot.close();
      await bus.close();
      await audit.close();
      policy.close();
      verifier.close();
    },
  };
}

/** Commands from standard input, as the account that the configuration names. */
function talk(bot: Bot, user: string): Promise<number> {
  const screen = createStdoutScreen(systemClock);
  const surface = createTerminalSurface({ screen, clock: systemClock, gutter: '│ ' });
  return runTerminalChat({
    input: process.stdin,
    output: process.stdout,
    screen,
    lifetime: process,
    people: [{ name: user, about: `console:${user} in the policy` }],
    greeting: `mcobot ${VERSION}: type /mco help\n`,
    examples: EXAMPLES,
    escapeText,
    async onCommand(text, { name }, signal) {
      const message = { text, account: `console:${name}`, origin: { chat: 'console', channel: '' } };
      return (await handleCommand(bot, message, { surface, signal })).exitCode;
    },
  });
}

function describeBot({ auditName, collectives, signers }: Bot): string {
  const keys = [signers.read, ...(signers.write === undefined ? [] : [signers.write])];
  const names = keys.map(({ principal, fingerprint }) => `${principal} ${fingerprint}`);
  return `${auditName} in ${collectives.join(', ')}, signing as ${names.join(' and ')}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
