import { McoError } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { readProgramArgs, refuseStrayWord } from '../program-args.ts';

export const POLICY_HELP = `mcobot policy says what the policy says, tests it, and imports one from MCollective.

  mcobot policy explain --as ana --in slack:T024BE7LD/C0INC42 "package update libc6 -F environment=staging"
                                     the outcome, and each rule that counts with its file and line
  mcobot policy test                 run policies/cases/*.yaml; fail on a wrong answer and on a rule no case reaches
  mcobot policy import /etc/puppetlabs/mcollective/policies --out imported
                                     translate ActionPolicy files and their groups

Which policy, for explain and test (default: ./policies where it exists, else that of /etc/mcobot/mcobot.yaml):
  --policies DIR        a directory with *.yaml, node/*.yaml and cases/*.yaml
  --config FILE         the one that the bot's configuration names

explain:
  --as PERSON           a name of the policy's people, also as person:ana, or an account such as
                        slack:T024BE7LD/U2147483697
  --in PLACE            where the command is typed: slack:T024BE7LD/C0INC42, mattermost:HOST/CHANNEL, console
  --groups LIST         the chat groups the person is in, such as slack:T024BE7LD/S0614TZR7,... ; '' for none.
                        Without it they are unknown, and the answer says so

import:
  --out DIR             write people.yaml, roles.yaml, bindings.yaml and node/node.yaml there; no file is overwritten.
                        Without it they are shown
  --allow-unconfigured  plugin.actionpolicy.allow_unconfigured is 1 there
  --agents LIST         more agents that have no file of their own, such as nrpe,filemgr

  --help
`;

const OPTIONS = {
  config: { type: 'string' },
  policies: { type: 'string' },
  as: { type: 'string' },
  in: { type: 'string' },
  groups: { type: 'string' },
  out: { type: 'string' },
  'allow-unconfigured': { type: 'boolean', default: false },
  agents: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const COMMANDS = ['explain', 'test', 'import'] as const;

/** Which options belong to which command; `--help` to all. */
const TAKEN: Readonly<Record<(typeof COMMANDS)[number], readonly (keyof typeof OPTIONS)[]>> = {
  explain: ['config', 'policies', 'as', 'in', 'groups'],
  test: ['config', 'policies'],
  import: ['out', 'allow-unconfigured', 'agents'],
};

/** Where the policy files are. Neither: where they usually are. */
export interface PolicyPlace {
  readonly config: string | undefined;
  readonly policies: string | undefined;
}

/** What `mcobot policy explain` is told. */
export interface ExplainArgs {
  readonly as: string;
  readonly in: string;
  /** Undefined: nobody knows. */
  readonly groups: readonly string[] | undefined;
  /** What somebody would type in a chat. */
  readonly text: string;
}

/** What `mcobot policy import` is told. */
export interface ImportArgs {
  readonly dir: string;
  readonly out: string | undefined;
  readonly allowUnconfigured: boolean;
  readonly agents: readonly string[];
}

export type PolicyArgs =
  | { readonly command: 'help' }
  | { readonly command: 'explain'; readonly place: PolicyPlace; readonly explain: ExplainArgs }
  | { readonly command: 'test'; readonly place: PolicyPlace }
  | { readonly command: 'import'; readonly import: ImportArgs };

/** @throws McoError `usage/*`, `unknown/command` */
export function readPolicyArgs(args: readonly string[]): PolicyArgs {
  // An option with one dash is one of the command's own that was not quoted.
  const unquoted = args.find((arg) => /^-[A-Z]/.test(arg));
  if (unquoted !== undefined) throw quoteCommand(`\`${unquoted}\` belongs to the command that is explained`);
  const { values, positionals } = readProgramArgs(args, OPTIONS, { program: 'mcobot policy', allowWords: true });
  const [word, ...rest] = positionals;
  if (values.help || word === undefined) return { command: 'help' };
  const command = COMMANDS.find((known) => known === word);
  if (command === undefined) {
    throw new McoError('unknown/command', `\`mcobot policy\` has no \`${word}\``, { hint: suggest(word, COMMANDS) });
  }
  refuseOthers(command, values);
  const { config, policies } = values;
  if (config !== undefined && policies !== undefined) {
    throw new McoError('usage/bad-option', '`--config` and `--policies` both say where the policy is', {
      hint: 'give one of them',
    });
  }
  switch (command) {
    case 'explain':
      return { command, place: { config, policies }, explain: readExplain(values, rest) };
    case 'test':
      refuseStrayWord(rest, 'mcobot policy test --policies DIR');
      return { command, place: { config, policies } };
    case 'import':
      return { command, import: readImport(values, rest) };
  }
}

type Values = { readonly [Name in keyof typeof OPTIONS]?: string | boolean | undefined };

function refuseOthers(command: (typeof COMMANDS)[number], values: Values): void {
  const names = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
  const stray = names.find((name) => isGiven(values[name]) && name !== 'help' && !TAKEN[command].includes(name));
  if (stray === undefined) return;
  const hint = `it takes ${TAKEN[command].map((name) => `\`--${name}\``).join(', ')}`;
  throw new McoError('usage/unexpected-option', `\`--${stray}\` means nothing to \`mcobot policy ${command}\``, {
    hint,
  });
}

const isGiven = (value: string | boolean | undefined): boolean => value !== undefined && value !== false;

interface ExplainValues {
  readonly as?: string | undefined;
  readonly in?: string | undefined;
  readonly groups?: string | undefined;
}

function readExplain({ as, in: place, groups }: ExplainValues, [text, ...stray]: readonly string[]): ExplainArgs {
  if (text === undefined) throw quoteCommand('which command shall be explained?');
  if (stray.length > 0) throw quoteCommand('the command to explain is one argument');
  if (as === undefined || place === undefined) {
    throw new McoError('usage/missing-value', `\`${as === undefined ? '--as' : '--in'}\` is needed`, { hint: EXAMPLE });
  }
  return { as, in: place, groups: groups === undefined ? undefined : splitList(groups), text };
}

interface ImportValues {
  readonly out?: string | undefined;
  readonly agents?: string | undefined;
  readonly 'allow-unconfigured'?: boolean | undefined;
}

function readImport(values: ImportValues, [dir, ...stray]: readonly string[]): ImportArgs {
  const hint = 'mcobot policy import /etc/puppetlabs/mcollective/policies --out imported';
  if (dir === undefined) throw new McoError('usage/missing-word', 'which directory shall be imported?', { hint });
  refuseStrayWord(stray, hint);
  const { out, agents = '', 'allow-unconfigured': allowUnconfigured = false } = values;
  return { dir, out, allowUnconfigured, agents: splitList(agents) };
}

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const EXAMPLE = 'mcobot policy explain --as ana --in console "package update libc6 -F environment=staging"';

const quoteCommand = (message: string): McoError =>
  new McoError('usage/quote-command', message, { hint: `quote it: ${EXAMPLE}` });
