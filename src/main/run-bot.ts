import { systemClock } from '../adapters/clock/system-clock.ts';
import { runTerminalChat } from '../adapters/console/terminal-chat.ts';
import { escapeText } from '../core/escape-text.ts';
import { runAudit } from './audit/run-audit.ts';
import { BOT_HELP, readBotArgs } from './bot-args.ts';
import { type BotConfig, loadBotConfig } from './bot-config.ts';
import type { RunningBot } from './create-bot.ts';
import { logInfo } from './log.ts';
import { type BotFiles, connectBot, openBotFiles } from './open-bot.ts';
import { runPolicy } from './policy/run-policy.ts';
import { runSetup } from './run-setup.ts';
import { receiveStopSignal } from './stop-signal.ts';
import { answerInTerminal, createStdoutScreen, createTerminalChat, type Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

const EXAMPLES = ['/mco package status bash', '/mco ping', '/mco help'];

/** The program `mcobot`. Resolves with its exit code. */
export async function runBot(argv: readonly string[]): Promise<number> {
  const args = readBotArgs(argv);
  if (args.command === 'help') return print(BOT_HELP);
  if (args.command === 'version') return print(`mcobot ${VERSION}\n`);
  if (args.command === 'policy') return await runPolicy(args.rest);
  if (args.command === 'audit') return await runAudit(args.rest);
  const file = await loadBotConfig(args.config);
  if (args.command === 'setup') return await runSetup(file, args.setup);
  const files = await openBotFiles(file);
  try {
    const about = describeBot(file.value, files);
    if (args.check) return print(`${args.config} is fine: ${about}\n`);
    const user = file.value.chat.console?.user;
    const terminal = user === undefined ? undefined : openTerminal(user);
    const bot = await connectBot(file, files, terminal === undefined ? [] : [terminal.chat]);
    logInfo(`mcobot ${VERSION} started: ${about}`);
    try {
      if (terminal === undefined || user === undefined) return await receiveStopSignal().then(() => 0);
      return await talk(bot, terminal, user);
    } finally {
      await bot.close();
    }
  } finally {
    files.close();
  }
}

function openTerminal(user: string): Terminal {
  const screen = createStdoutScreen(systemClock);
  const chat = createTerminalChat({ name: 'console', screen, clock: systemClock, people: [user], gutter: '│ ' });
  return { screen, chat };
}

/** Commands from standard input, as the account that the configuration names. */
function talk(bot: RunningBot, terminal: Terminal, user: string): Promise<number> {
  return runTerminalChat({
    input: process.stdin,
    output: process.stdout,
    screen: terminal.screen,
    lifetime: process,
    people: [{ name: user, about: `console:${user} in the policy` }],
    greeting: `mcobot ${VERSION}: type /mco help\n`,
    examples: EXAMPLES,
    escapeText,
    async onCommand(text, { name }, signal) {
      const message = { text, account: `console:${name}`, origin: { chat: 'console', channel: '' } };
      return (await answerInTerminal(bot, terminal, { message, signal })).exitCode;
    },
  });
}

function describeBot({ name, collectives, chat }: BotConfig, { signers }: BotFiles): string {
  const keys = [signers.read, ...(signers.write === undefined ? [] : [signers.write])];
  const names = keys.map(({ principal, fingerprint }) => `${principal} ${fingerprint}`);
  const chats = [
    ...(chat.slack ?? []).map(({ team }) => `slack:${team}`),
    ...(chat.mattermost ?? []).map(({ url }) => `mattermost:${new URL(url).host}`),
    ...(chat.console === undefined ? [] : ['the terminal']),
  ];
  const places = chats.length === 0 ? 'nobody, as no chat is configured' : chats.join(', ');
  return `${name} in ${collectives.join(', ')}, signing as ${names.join(' and ')}, listening to ${places}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
