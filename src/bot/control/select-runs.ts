import type { Word } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { RUN_END } from '../../core/read-call.ts';
import type { Outcome } from '../../core/report.ts';
import type { RunRecord } from '../../core/store.ts';

/** How a run stands: one that goes on has no outcome yet. */
type Standing = Outcome | 'RUNNING' | 'AWAITING APPROVAL';

/** Every one that there is: one that is missing here does not compile. */
const STANDINGS = Object.keys({
  OK: true,
  PARTIAL: true,
  FAILED: true,
  DENIED: true,
  'NO RESPONSE': true,
  'NO MATCH': true,
  CANCELLED: true,
  'NOT SENT': true,
  UNKNOWN: true,
  PREVIEW: true,
  REJECTED: true,
  WITHDRAWN: true,
  EXPIRED: true,
  RUNNING: true,
  'AWAITING APPROVAL': true,
} satisfies Record<Standing, true>).map(wordOf);

/** What `runs` was asked for, and what its words may mean. */
export interface RunWish {
  readonly words: readonly Word[];
  /** The command, for the caret. */
  readonly typed: string;
  /** Who asks: `me`. */
  readonly caller: string;
  /** The agents that they may use here. */
  readonly agents: readonly string[];
}

interface Traits {
  readonly standing: string;
  readonly agent: string;
  readonly caller: string;
}

export const standingOf = ({ end, approval }: RunRecord): Standing =>
  end?.outcome ?? (approval?.state === 'awaiting' ? 'AWAITING APPROVAL' : 'RUNNING');

/**
 * The runs that words mean: whose they are, of which agent, how they stand. Words of one kind are alternatives, those of
 * different kinds must all hold.
 *
 * @throws McoError `usage/bad-choice` for a word that is none of these
 */
export function selectRuns(runs: readonly RunRecord[], wish: RunWish): readonly RunRecord[] {
  const all = runs.map(traitsOf);
  const known = {
    standing: STANDINGS,
    agent: [...new Set([...wish.agents, ...all.map(({ agent }) => agent)])],
    caller: [...new Set([callerOf(wish.caller), ...all.map(({ caller }) => caller)])],
  };
  const wanted: Record<keyof Traits, string[]> = { standing: [], agent: [], caller: [] };
  for (const word of wish.words) {
    const { kind, value } = readWord(word, known, wish);
    wanted[kind].push(value);
  }
  const isWanted = (traits: Traits): boolean =>
    KINDS.every((kind) => wanted[kind].length === 0 || wanted[kind].includes(traits[kind]));
  return runs.filter((run) => isWanted(traitsOf(run)));
}

const KINDS = ['standing', 'agent', 'caller'] as const;

const traitsOf = (run: RunRecord): Traits => ({
  standing: wordOf(standingOf(run)),
  agent: run.header.agent,
  caller: callerOf(run.caller),
});

/** `ana`, as the list says it after its `@`; who is no person keeps the kind. */
const callerOf = (caller: string): string => caller.replace(/^person:/, '');

/** `no-response`. */
function wordOf(standing: string): string {
  return standing.toLowerCase().replaceAll(' ', '-');
}

/** @throws McoError `usage/bad-choice` */
function readWord(
  word: Word,
  known: Readonly<Record<keyof Traits, readonly string[]>>,
  { caller, typed }: RunWish,
): { readonly kind: keyof Traits; readonly value: string } {
  const text = wordOf(word.text);
  const name = text.replace(/^(?:@|person:)/, '');
  if (name === 'me') return { kind: 'caller', value: callerOf(caller) };
  // An `@` says that it is a person, whatever else is called so.
  const kind = KINDS.find((one) => (name === text || one === 'caller') && known[one].includes(name));
  if (kind !== undefined) return { kind, value: name };
  throw new McoError('usage/bad-choice', `\`${word.text}\` is no outcome, no agent and nobody who asked here lately`, {
    hint: hintFor(name, [...known.standing, ...known.agent, ...known.caller, 'me']),
    at: { text: typed, start: word.start, end: word.end },
  });
}

function hintFor(name: string, known: readonly string[]): string {
  if (RUN_END.test(name)) return `\`show ${name}\` shows one run`;
  const meant = nearest(name, known);
  return meant === undefined ? 'such as `runs failed`, `runs package`, `runs me`' : `did you mean \`${meant}\`?`;
}
