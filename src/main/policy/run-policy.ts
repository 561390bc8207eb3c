import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { badPlace, explainCommand, readPerson } from '../../bot/control/answer-policy.ts';
import type { Tell } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { escapeText } from '../../core/escape-text.ts';
import { suggest } from '../../core/nearest.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import { stripTrigger } from '../../language/strip-trigger.ts';
import { chatGroupsFor } from '../../policy/decide.ts';
import { readRuleText } from '../../policy/explain-lines.ts';
import { listPeople } from '../../policy/explain-people.ts';
import { runPolicyTests } from '../../policy/explain-tests.ts';
import { allowsName } from '../../policy/glob.ts';
import { importActionPolicy } from '../../policy/import-action-policy.ts';
import { isPlace } from '../../policy/place.ts';
import type { BotPolicy, Memberships, PolicyFile } from '../../policy/policy.ts';
import { readBotPolicy } from '../../policy/read-policy.ts';
import { DEFAULT_BOT_CONFIG } from '../bot-args.ts';
import { botConfigSchema } from '../bot-config.ts';
import { loadConfig } from '../load-config.ts';
import { type ExplainArgs, type ImportArgs, POLICY_HELP, type PolicyPlace, readPolicyArgs } from './policy-args.ts';
import { createPolicyAuthority } from './policy-authority.ts';
import { readImportSource } from './policy-import-source.ts';
import { readPolicyTree } from './policy-tree.ts';

const USUAL_POLICIES = 'policies';
const MAX_LINE = 4000;

type Write = (text: string) => void;

/** `mcobot policy ...`. Resolves with the exit code. */
export async function runPolicy(
  argv: readonly string[],
  write: Write = (text) => void process.stdout.write(text),
): Promise<number> {
  const args = readPolicyArgs(argv);
  switch (args.command) {
    case 'help':
      write(POLICY_HELP);
      return 0;
    case 'explain':
      write(toText(await explain(await findPolicies(args.place), args.explain)));
      return 0;
    case 'test': {
      const tree = await readPolicyTree(await findPolicies(args.place));
      const { isGood, summary, failures } = runPolicyTests(tree, AGENT_DESCRIPTIONS);
      write(toText([...failures, `${isGood ? 'OK' : 'FAILED'}: ${summary}`]));
      return isGood ? 0 : 1;
    }
    case 'import':
      return await importPolicy(args.import, write);
  }
}

async function findPolicies({ config, policies }: PolicyPlace): Promise<string> {
  if (policies !== undefined) return policies;
  if (config === undefined && existsSync(USUAL_POLICIES)) return USUAL_POLICIES;
  const { value, resolvePath } = await loadConfig(botConfigSchema, config ?? DEFAULT_BOT_CONFIG);
  return resolvePath(value.policies);
}

async function explain(dir: string, args: ExplainArgs): Promise<string[]> {
  if (!isPlace(args.in)) throw badPlace(args.in);
  const { bot: files } = await readPolicyTree(dir);
  const policy = readBotPolicy(files);
  const authority = createPolicyAuthority(() => policy);
  // `whoami` and audit records show people as `person:ana`.
  const caller = readPerson(authority, args.as.replace(/^person:(?!.*:)/, ''), listPeople(policy));
  const person = { caller, place: args.in, memberships: readMemberships(policy, caller, args) };
  const adviser = { agents: AGENT_DESCRIPTIONS, commands: COMMANDS, authority };
  const line = parseCommandLine(stripTrigger(args.text));
  return layOut(explainCommand(adviser, { line, person }, () => (at) => readRuleText(files, at)));
}

/** The groups that were named, or none of them known. */
function readMemberships(policy: BotPolicy, caller: string, { groups, in: place }: ExplainArgs): Memberships {
  if (groups === undefined) return { of: new Set(), unresolved: chatGroupsFor(policy, caller, place) };
  const known = [...new Set([...policy.chatGroups.values()].flat())];
  const wrong = groups.find((group) => !known.includes(group));
  if (wrong === undefined) return { of: new Set(groups), unresolved: [] };
  throw new McoError('unknown/group', `the policy names no group \`${wrong}\` of a chat service`, {
    hint: suggest(wrong, known),
  });
}

async function importPolicy(args: ImportArgs, write: Write): Promise<number> {
  const { dir, out, allowUnconfigured, agents } = args;
  // A default was not written with a shell in mind: what `*` does not give here, an imported `*` gives neither.
  const known = AGENT_DESCRIPTIONS.map(({ agent }) => agent).filter((agent) => allowsName(['*'], `${agent}.run`));
  const source = { files: await readImportSource(dir), allowUnconfigured, agents: [...new Set([...known, ...agents])] };
  const { files, problems } = importActionPolicy(source);
  if (problems.length > 0) {
    write(toText([...problems, `FAILED: nothing was written; ${count(problems.length, 'problem')} to solve`]));
    return 1;
  }
  if (out === undefined) {
    for (const { name, text } of files) write(`# ==> ${name}\n\n${text}\n`);
    return 0;
  }
  await writeFiles(out, files);
  const next = 'fill in people.yaml, write cases/bot.yaml and cases/node.yaml, and run';
  write(
    toText([
      `OK: wrote ${files.map(({ name }) => name).join(', ')} to ${out}`,
      `${next} \`mcobot policy test --policies ${out}\``,
    ]),
  );
  return 0;
}

async function writeFiles(out: string, files: readonly PolicyFile[]): Promise<void> {
  const paths = files.map(({ name, text }) => ({ path: join(out, name), text }));
  const taken = paths.find(({ path }) => existsSync(path));
  if (taken !== undefined) {
    throw new McoError('usage/file-exists', `${taken.path} is there already`, { hint: 'name another directory' });
  }
  for (const { path, text } of paths) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx', mode: 0o644 });
  }
}

function layOut({ title, sections }: Tell): string[] {
  const blocks = sections.map(({ heading, lines }) => {
    const indent = heading === undefined ? '' : '  ';
    return ['', ...(heading === undefined ? [] : [heading]), ...lines.map((line) => `${indent}${line}`)];
  });
  return [title, ...blocks.flat()];
}

/** Policy files are written by people, and imported rows by strangers. */
const toText = (lines: readonly string[]): string => `${lines.map((line) => escapeText(line, MAX_LINE)).join('\n')}\n`;

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
