import type { PolicyFile } from '../policy.ts';
import type { ActionRow } from './action-row.ts';
import { type CallerGroups, nameGroups, namePeople } from './read-callers.ts';
import { type PlacedFile, writeBindings, writeDenials, writeList, writeRoles } from './write-rules.ts';

/** People and groups under their new names. */
interface Names {
  readonly people: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
}

const ABOUT_EFFECTS = [
  '# MCollective knows no effects: every rule allows writes, which includes reads. `effect: read` narrows one down.',
  '# It never asked for a filter, either: without `require_filter: false` each write needs one.',
];

/** Both sides need it: the bot asks it before anybody can be counted, and each node answers it. */
const DISCOVERY_ROLE = [
  '  # Discovery asks this, and MCollective let everybody discover. Who is denied it finds no nodes.',
  '  discovery:',
  '    allow:',
  '      - { actions: [rpcutil.ping], effect: read }',
];
const DISCOVERY_BINDING = '  - { role: discovery, who: [everyone] }';

/** The bot's files and a node's file, which say the same. */
export function writeImported(files: readonly PlacedFile[], groups: CallerGroups): PolicyFile[] {
  const ids = files.flatMap(({ placed }) => placed.flatMap(({ row }) => row.callers ?? []));
  const callers = [...[...groups.values()].flat(), ...ids.filter((id) => !groups.has(id))];
  const names = { people: namePeople([...new Set(callers)]), groups: nameGroups(groups) };
  return [
    { name: 'people.yaml', text: writePeople(names, groups) },
    {
      name: 'roles.yaml',
      text: writeFile(['# What the imported rows allow.', ...ABOUT_EFFECTS], {
        roles: [...DISCOVERY_ROLE, ...writeRoles(files)],
      }),
    },
    { name: 'bindings.yaml', text: writeBotRules(files, names) },
    { name: 'node/node.yaml', text: writeNodeFile(files, names, groups) },
  ].filter(({ text }) => text !== '');
}

function writePeople(names: Names, groups: CallerGroups): string {
  const people = [...names.people].map(([id, name]) => `  ${name}: {} # ${describeName(id, name)}`);
  const head = [
    '# Imported from ActionPolicy. Fill in the accounts of each person, by stable ids:',
    '# ana: { slack: [T024BE7LD/U2147483697], mattermost: [chat.example.org/w7x1n8], ssh: ["SHA256:..."] }',
    '# Two caller ids are two people here; who is one person gets one entry, and the rules that name the other.',
  ];
  return writeFile(head, { people, groups: writeGroups(names, groups, '') });
}

/** Why somebody has another name than expected. */
function describeName(id: string, name: string): string {
  return id.slice(id.indexOf('=') + 1) === name
    ? id
    : `${id}, under a name of its own, as names are plain and distinct`;
}

function writeGroups(names: Names, groups: CallerGroups, prefix: 'person:' | ''): string[] {
  return [...groups].map(([group, ids]) => {
    const members = ids.map((id) => `${prefix}${names.people.get(id)}`);
    return `  ${names.groups.get(group)}: { members: ${writeList(members)} } # ${group}`;
  });
}

function writeBotRules(files: readonly PlacedFile[], names: Names): string {
  const who = (row: ActionRow) => writeWho(row, names, '');
  const head = [
    '# Who has what was imported. `everyone` was whoever had a key; here it is whoever can write to the bot in a chat. Where',
    '# that is too many, name people or a group, or add `in: [...]`: the binding then counts in these places only.',
  ];
  return writeFile(head, {
    bindings: [DISCOVERY_BINDING, ...writeBindings(files, who)],
    deny: writeDenials(files, who),
  });
}

function writeNodeFile(files: readonly PlacedFile[], names: Names, groups: CallerGroups): string {
  const who = (row: ActionRow) => writeWho(row, names, 'person:');
  const signers = [
    '  mco-read: { effect: read }',
    '  mco-write: { effect: write, callers: ["person:*"], vouches: true }',
  ];
  const head = [
    '# Imported from ActionPolicy. `signers` says what each signing key may ask for at most, and for whom it may speak.',
    ...ABOUT_EFFECTS,
  ];
  return writeFile(head, {
    signers,
    groups: writeGroups(names, groups, 'person:'),
    roles: [...DISCOVERY_ROLE, ...writeRoles(files)],
    bindings: [DISCOVERY_BINDING, ...writeBindings(files, who)],
    deny: writeDenials(files, who),
  });
}

function writeWho({ callers }: ActionRow, { people, groups }: Names, prefix: 'person:' | ''): string[] {
  if (callers === undefined) return ['everyone'];
  return callers.map((word) => {
    const group = groups.get(word);
    return group === undefined ? `${prefix}${people.get(word)}` : `group:${group}`;
  });
}

/** Empty when none of its sections has an entry: such a file could not be read. */
function writeFile(head: readonly string[], sections: Readonly<Record<string, readonly string[]>>): string {
  const filled = Object.entries(sections).filter(([, lines]) => lines.length > 0);
  const isComment = (line: string): boolean => /^\s*#/.test(line);
  if (filled.every(([, lines]) => lines.every(isComment))) return '';
  const bodies = filled.map(([name, lines]) =>
    [lines.every(isComment) ? `# ${name}:` : `${name}:`, ...lines].join('\n'),
  );
  return `${[head.join('\n'), ...bodies].join('\n\n')}\n`;
}
