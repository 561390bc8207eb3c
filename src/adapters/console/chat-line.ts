import { suggest } from '../../core/nearest.ts';

/** Somebody whose part can be played in the chat. */
export interface ChatPerson {
  readonly name: string;
  /** What they may do, in a few words: "operator: may change things". */
  readonly about: string;
}

/** What a line in the chat means. */
export type ChatLine =
  | { readonly kind: 'nothing' | 'people' | 'help' | 'quit' }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'as'; readonly person: ChatPerson }
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string };

const CHAT_COMMANDS = ['/mco', '/as', '/people', '/help', '/quit'] as const;

/** `/mco`, `mco` and `@mco`, also in back-ticks as chats quote commands. */
const FLEET_COMMAND = /^`?[/@]?mco(?:\s|`|$)/;

/** Reads one line of the chat. Fleet commands are handed on as they were typed. */
export function readChatLine(line: string, people: readonly ChatPerson[]): ChatLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (FLEET_COMMAND.test(text)) return { kind: 'command', text };
  const [word = '', ...rest] = text.split(/\s+/);
  switch (word) {
    case '/as':
      return readPerson(rest.join(' '), people);
    case '/people':
      return { kind: 'people' };
    case '/help':
    case 'help':
    case '?':
      return { kind: 'help' };
    case '/quit':
    case '/exit':
    case 'quit':
    case 'exit':
      return { kind: 'quit' };
  }
  if (word.startsWith('/')) {
    return { kind: 'mistake', message: `there is no \`${word}\` here`, hint: suggest(word, CHAT_COMMANDS) };
  }
  return { kind: 'mistake', message: 'commands start with `/mco`', hint: `did you mean \`/mco ${text}\`?` };
}

function readPerson(typed: string, people: readonly ChatPerson[]): ChatLine {
  const name = typed.replace(/^@/, '').toLowerCase();
  const person = people.find((one) => one.name === name);
  if (person !== undefined) return { kind: 'as', person };
  const names = people.map((one) => one.name);
  if (name === '') return { kind: 'mistake', message: '`/as` needs a name', hint: `known: ${names.join(', ')}` };
  return { kind: 'mistake', message: `there is no \`${typed}\` here`, hint: suggest(name, names) };
}

/** The people, the one who is speaking marked. */
export function describePeople(people: readonly ChatPerson[], speaking: ChatPerson): string {
  const width = Math.max(...people.map(({ name }) => name.length));
  const lines = people.map(
    (person) => `${person === speaking ? '*' : ' '} ${person.name.padEnd(width)}  ${person.about}`,
  );
  return [...lines, '', '/as NAME speaks as somebody else'].join('\n');
}

/** Help: examples first. */
export function describeChat(examples: readonly string[], people: readonly ChatPerson[]): string {
  const names = people.map(({ name }) => name);
  const other = names.at(1) ?? names.at(0) ?? 'NAME';
  const rows = [
    ['/mco help', 'every command and option'],
    [`/as ${other}`, `speak as somebody else: ${names.join(', ')}`],
    ['/people', 'who is here and what they may do'],
    ['/quit', 'leave, as Ctrl-D does; Ctrl-C cancels what is running'],
  ] as const;
  const width = Math.max(...rows.map(([command]) => command.length));
  return [
    ...examples.map((example) => `  ${example}`),
    '',
    ...rows.map(([command, about]) => `  ${command.padEnd(width)}  ${about}`),
    '',
    'One command runs at a time: what is typed meanwhile waits for its turn.',
  ].join('\n');
}
