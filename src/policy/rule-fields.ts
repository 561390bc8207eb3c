import type { Effect } from '../core/agent-description.ts';
import type { McoError } from '../core/errors.ts';
import { CALLER } from '../core/names.ts';
import { suggest } from '../core/nearest.ts';
import { isActionGlob } from './glob.ts';
import { describePlaces, isPlacePattern, PLACE_KINDS } from './place.ts';
import type { Who } from './policy.ts';
import { complain, complainUnknown, quote } from './policy-part.ts';

/** Where the nth entry of a list stands. */
type At = (index: number) => string;

/** The names that `who` and `members` may use. */
export interface KnownNames {
  readonly people: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Whether callers (`person:ana`) may be named as well: a node knows no people but those it is told of. */
  readonly callers: boolean;
}

/** @throws McoError `usage/bad-file` */
export function readEffect(text: string, at: string): Effect {
  if (text === 'read' || text === 'write') return text;
  throw complainUnknown(at, { kind: 'effect', name: text, known: ['read', 'write'] });
}

/** @throws McoError `usage/bad-file` */
export function readActions(globs: readonly string[], at: At): readonly string[] {
  const wrong = globs.findIndex((glob) => !isActionGlob(glob));
  const glob = globs[wrong];
  if (glob === undefined) return globs;
  const hint = /^[a-z0-9_]+$/.test(glob)
    ? `write \`${glob}.*\` for all its actions`
    : 'such as `package.update`, `package.*` or `*`';
  throw complain(at(wrong), `${quote(glob)} can match no action`, hint);
}

/** @throws McoError `usage/bad-file` */
export function readPlaces(patterns: readonly string[] | undefined, at: At): readonly string[] | undefined {
  const wrong = patterns?.findIndex((pattern) => !isPlacePattern(pattern)) ?? -1;
  const pattern = patterns?.[wrong];
  if (pattern === undefined) return patterns;
  throw complainPlace(at(wrong), pattern);
}

/** @param at `FILE:LINE` */
export function complainPlace(at: string, text: string): McoError {
  const [kind = ''] = text.split(':');
  return complain(at, `${quote(text)} is not a place`, describePlaces(text) ?? suggest(kind, PLACE_KINDS));
}

/** @throws McoError `usage/bad-file` */
export function readWho(words: readonly string[], known: KnownNames, at: At): Who {
  const callers = new Set<string>();
  const groups: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word === 'everyone') continue;
    if (word.startsWith('group:')) {
      const group = word.slice('group:'.length);
      if (!known.groups.has(group)) {
        throw complainUnknown(at(index), { kind: 'group', name: group, known: known.groups });
      }
      groups.push(group);
    } else callers.add(readCaller(word, known, at(index)));
  }
  return { everyone: words.includes('everyone'), callers, groups };
}

/**
 * One person, as a caller.
 *
 * @throws McoError `usage/bad-file`
 */
export function readCaller(word: string, known: KnownNames, at: string): string {
  if (known.people.has(word)) return `person:${word}`;
  if (known.callers && CALLER.test(word)) return word;
  if (known.groups.has(word)) {
    throw complain(at, `unknown person ${quote(word)}`, `write \`group:${word}\` for the group`);
  }
  if (known.callers && (word.includes(':') || known.people.size === 0)) {
    throw complain(at, `${quote(word)} is not a caller`, 'such as `person:ana`');
  }
  if (word.includes(':')) {
    const hint = word.startsWith('person:')
      ? 'write the name alone'
      : 'list the account under people, and name the person';
    throw complain(at, `${quote(word)} is not a person's name`, hint);
  }
  throw complainUnknown(at, { kind: 'person', name: word, known: known.people });
}
