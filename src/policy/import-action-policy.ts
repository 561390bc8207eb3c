import { WORD } from '../core/names.ts';
import { type ActionRow, NO_LINE } from './action-policy/action-row.ts';
import { placeRows } from './action-policy/place-rows.ts';
import { type ActionFile, describeProblem, readActionFile } from './action-policy/read-action-file.ts';
import { type CallerGroups, checkCallers, readCallerGroups } from './action-policy/read-callers.ts';
import { writeImported } from './action-policy/write-imported.ts';
import { formatNodes, type PlacedFile } from './action-policy/write-rules.ts';
import type { PolicyFile } from './policy.ts';
import { readNodeLimit } from './read-node-limit.ts';
import { readBotPolicy, readNodePolicy } from './read-policy.ts';

/** The file for agents without one of their own. */
const DEFAULT_FILE = 'default.policy';

/** MCollective's `policies` directory, and what its configuration says of it. */
export interface ActionPolicySource {
  /** `AGENT.policy`, `default.policy` where it is used, and `groups`. */
  readonly files: readonly PolicyFile[];
  /** `plugin.actionpolicy.allow_unconfigured`: what no row and no default decides is allowed. */
  readonly allowUnconfigured: boolean;
  /** Agents that may have no file of their own. Rules name agents: others than these stay denied. */
  readonly agents: readonly string[];
}

/** The same in this policy language. With problems there are no files. */
export interface ImportedPolicy {
  /** `people.yaml`, `roles.yaml`, `bindings.yaml` of the bot, and `node/node.yaml`. */
  readonly files: readonly PolicyFile[];
  /** `FILE:LINE: what can't be imported; what to do`, all of them. */
  readonly problems: readonly string[];
}

/**
 * Translates MCollective's ActionPolicy so that every decision stays the same, apart from `rpcutil.ping`: discovery asks
 * it, which that never denied. What can't be read, or would mean something else here, is a problem.
 */
export function importActionPolicy(source: ActionPolicySource): ImportedPolicy {
  const groupFile = source.files.find(({ name }) => name === 'groups');
  const { groups, problems: groupProblems } = readCallerGroups(groupFile);
  const files = source.files.filter(({ name }) => name.endsWith('.policy')).map(readActionFile);
  const placed = placeFiles(source, files, groups);
  const problems = [...groupProblems, ...files.flatMap((file) => listProblems(file, groups)), ...placed.problems];
  if (files.length === 0) problems.push('there is no file `AGENT.policy`');
  if (problems.length > 0) return { files: [], problems };
  const written = writeImported(placed.files, groups);
  return findLoadProblem(written) ?? { files: written, problems: [] };
}

function listProblems(file: ActionFile, groups: CallerGroups): string[] {
  const agent = file.name.replace(/\.policy$/, '');
  const wrongRows = file.rows.flatMap((row) => {
    try {
      checkCallers(row, groups);
      if (row.nodes !== undefined) readNodeLimit(formatNodes(row.nodes));
      return [];
    } catch (thrown) {
      return [describeProblem(`${file.name}:${row.line}`, thrown)];
    }
  });
  const wrongName = WORD.test(agent)
    ? []
    : [`${file.name}: an agent's name is a lower-case word here; rename the file`];
  return [...wrongName, ...file.problems, ...wrongRows];
}

function placeFiles(
  { allowUnconfigured, agents }: ActionPolicySource,
  files: readonly ActionFile[],
  groups: CallerGroups,
): { readonly files: readonly PlacedFile[]; readonly problems: readonly string[] } {
  const own = files.filter(({ name }) => name !== DEFAULT_FILE).map(({ name }) => name.replace(/\.policy$/, ''));
  const others = agents.filter((agent) => !own.includes(agent));
  const unconfigured: ActionFile = { name: 'unconfigured.policy', rows: [], otherwise: undefined, problems: [] };
  const all = files.some(({ name }) => name === DEFAULT_FILE) ? files : [...files, unconfigured];
  const problems: string[] = [];
  const placed = all.map((file): PlacedFile => {
    const isOwn = file.name !== DEFAULT_FILE && file !== unconfigured;
    const verb = file.otherwise?.verb ?? (allowUnconfigured ? 'allow' : 'deny');
    const rows = verb === 'allow' ? [...file.rows, allowEverything(file)] : file.rows;
    const { placed: kept, late } = placeRows(rows, groups);
    for (const { row, after } of late) {
      problems.push(
        `${file.name}:${row.line}: this denial comes after the allowance of line ${after.line}, which wins there; ` +
          'here a denial always wins: move it up if it should win, else narrow one of the two so that they never meet',
      );
    }
    const isForNobody = !isOwn && others.length === 0;
    return {
      name: file.name,
      agents: isOwn ? [file.name.replace(/\.policy$/, '')] : others,
      placed: isForNobody ? [] : kept,
    };
  });
  return { files: placed, problems };
}

/** What `policy default allow` comes to, as a row of its own. */
function allowEverything({ otherwise }: ActionFile): ActionRow {
  const text = otherwise === undefined ? 'allow_unconfigured = 1' : 'policy default allow';
  const everything = { callers: undefined, actions: undefined, nodes: undefined };
  return { verb: 'allow', ...everything, text, line: otherwise?.line ?? NO_LINE };
}

/** What was written has to be readable; where it is not, its reader knows why. */
function findLoadProblem(files: readonly PolicyFile[]): ImportedPolicy | undefined {
  try {
    readBotPolicy(files.filter(({ name }) => !name.startsWith('node/')));
    for (const { name, text } of files.filter((file) => file.name.startsWith('node/'))) readNodePolicy(text, name);
    return undefined;
  } catch (thrown) {
    return { files: [], problems: [describeProblem('what it would come to', thrown)] };
  }
}
