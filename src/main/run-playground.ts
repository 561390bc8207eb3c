import { systemClock } from '../adapters/clock/system-clock.ts';
import { runTerminalChat } from '../adapters/console/terminal-chat.ts';
import { escapeText } from '../core/escape-text.ts';
import { logProblem } from './log.ts';
import { PLAYGROUND_HELP, readPlaygroundArgs } from './playground/playground-args.ts';
import { describeSecondLock, isDenial, trySecondLock } from './playground/second-lock.ts';
import { startWorld, type World } from './playground/start-world.ts';
import { cancelOnInterrupt } from './stop-signal.ts';
import { answerInTerminal, asksForJson, createStdoutScreen, createTerminalChat, type Terminal } from './terminal.ts';

const PEOPLE = [
  { name: 'ana', about: 'operator: reads, changes packages and services, steers Puppet' },
  { name: 'bob', about: 'read-only' },
  { name: 'raj', about: 'lead: may do everything' },
] as const;

/** The founding document's slide, played when there is no terminal to ask for a command. */
const SLIDE = '/mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms';

/** The store of the playground is in memory. */
const NOTHING_WAITS =
  '\n(this program ends here, and nothing waits: start it without `--once` to approve as another person)';

const NO_CHAT =
  '(no chat opens, as standard input and output are no terminal: this is one command as a demonstration, and the end; give your own with `--once "/mco ping"`)\n';

const EXAMPLES = [
  SLIDE,
  '/mco ping -F osfamily=RedHat',
  '/mco facts lsbmajdistrelease',
  '/mco find -S "environment=staging and not webserver"',
  '/mco service status nginx -C webserver',
];

/** Runs one command in the playground as somebody, and shows the second lock when the first one held. */
async function play(world: World, terminal: Terminal, { text, person, signal, remark, isLast }: Turn): Promise<number> {
  const message = { text, account: `console:${person}`, origin: { chat: 'console', channel: '' } };
  const { exitCode, refusal, awaiting } = await answerInTerminal(world.bot, terminal, { message, signal });
  if (refusal !== undefined && isDenial(refusal)) {
    const trial = await trySecondLock(world.bot, message, world.guineaPig);
    if (trial !== undefined) remark(describeSecondLock(trial, world.guineaPig));
  }
  if (awaiting !== undefined && isLast === true) remark(NOTHING_WAITS);
  return exitCode;
}

/** A command may answer with more when it is asked for JSON itself; `retry` takes no option. */
function askForJson(text: string): string {
  const isRetry = /^\s*(?:\/mco\s+)?retry\b/.test(text);
  const hasFormat = /(?:^|\s)(?:-j|--json|--csv)(?:\s|$)/.test(text);
  return isRetry || hasFormat ? text : `${text} --json`;
}

interface Turn {
  readonly text: string;
  readonly person: string;
  readonly signal: AbortSignal;
  /** Where to say what is not part of the answer. */
  remark(text: string): void;
  /** Whether the program ends with this command, and what waits with it. */
  readonly isLast?: boolean | undefined;
}

function greet({ nodes, thisMachine, auditLogs }: World): string {
  return [
    `mcobot playground · a SIMULATION: ${nodes} imaginary nodes, and this machine as \`${thisMachine}\` (real, read-only)`,
    `audit trail of the bot: ${auditLogs.bot} (/mco audit), log of the nodes: ${auditLogs.nodes}`,
    'type /help for examples, /as bob to be somebody else, /quit to leave',
    '',
  ].join('\n');
}

/** The playground as a program. Resolves with its exit code. */
export async function runPlayground(argv: readonly string[]): Promise<number> {
  const args = readPlaygroundArgs(
    argv,
    PEOPLE.map(({ name }) => name),
  );
  if (args.help) {
    process.stdout.write(PLAYGROUND_HELP);
    return 0;
  }
  const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const once = args.once ?? (hasTerminal ? undefined : SLIDE);
  const screen = createStdoutScreen(systemClock);
  const format = args.json || asksForJson(once?.split(/\s+/) ?? []) ? 'json' : 'text';
  const chat = createTerminalChat({
    name: 'console',
    screen,
    clock: systemClock,
    people: PEOPLE.map(({ name }) => name),
    gutter: once === undefined ? '│ ' : undefined,
  });
  const world = await startWorld({
    nodes: args.nodes,
    chats: [chat],
    tellsOfJobs: once === undefined,
    onProblem: logProblem,
  });
  const terminal = { chat, screen, format } as const;
  try {
    if (once !== undefined) {
      // On standard error: what is piped on from here is the answer alone.
      const remark = (text: string): void => console.error(text);
      remark(`(simulation: ${world.nodes} imaginary nodes, and this machine as \`${world.thisMachine}\`)\n`);
      if (args.once === undefined) remark(NO_CHAT);
      return await play(
        world,
        { ...terminal, always: args.json },
        {
          text: args.json ? askForJson(once) : once,
          person: args.person,
          signal: cancelOnInterrupt(),
          remark,
          isLast: true,
        },
      );
    }
    const speaker = PEOPLE.find(({ name }) => name === args.person) ?? PEOPLE[0];
    return await runTerminalChat({
      input: process.stdin,
      output: process.stdout,
      screen,
      lifetime: process,
      people: [speaker, ...PEOPLE.filter((person) => person !== speaker)],
      greeting: greet(world),
      examples: EXAMPLES,
      escapeText,
      onCommand: (text, { name: person }, signal) =>
        play(world, terminal, { text, person, signal, remark: (remark) => void screen.print(remark) }),
    });
  } finally {
    await world.close();
  }
}
