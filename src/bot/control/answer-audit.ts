import {
  type AuditQuery,
  type AuditTrail,
  type ChainedRecord,
  countFaults,
  type Verification,
} from '../../core/audit-trail.ts';
import type { AuditSearch, Control, Tell, TimeMark } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { writeJsonText } from '../../core/escape-text.ts';
import type { Clock } from '../../core/ports.ts';
import { formatAuditLine } from '../../render/describe-audit.ts';
import { formatCount } from '../../render/format-count.ts';
import type { Bot } from '../bot.ts';
import { requireRange, warnOfAction, warnOfPerson } from './check-search.ts';
import { compareAudit } from './compare-audit.ts';
import type { ControlScene } from './control-scene.ts';
import { findForPeople } from './leave-out-answers.ts';
import { requireOwnRight } from './require-own-right.ts';

/** A person reads twenty lines; a program may have more of them. */
const MAX_LINES = 20;
const MAX_DOCUMENTS = 100;

/** How far back is looked where nothing is said of it. */
const USUAL_AGO_MS = 24 * 60 * 60_000;

const HASH_LENGTH = 12;

/** Reading a trail takes all of it: whoever asks meanwhile gets the same answer. */
const underWay = new WeakMap<AuditTrail, Promise<Verification>>();

/**
 * What is on record, for those whom the policy lets see it.
 *
 * @throws McoError `denied/policy`, `usage/no-trail`, `usage/bad-time`, `failed/audit`; what `compareAudit` throws
 */
export async function answerAudit(
  bot: Bot,
  scene: ControlScene,
  control: Extract<Control, { verb: 'audit' }>,
): Promise<Tell> {
  await requireOwnRight(bot, scene, 'audit');
  const { trail } = bot;
  if (trail === undefined) {
    throw new McoError('usage/no-trail', 'this program keeps its records in a plain file that is not chained', {
      hint: 'ask the bot in a chat, or use `mcobot audit` where it runs',
    });
  }
  switch (control.what) {
    case 'find':
      return await findRecords(bot, trail, scene);
    case 'verify':
      return await verifyTrail(trail, bot.clock);
    case 'checkpoint':
      return await signTrail(trail);
    case 'compare':
      return await compareAudit(bot, scene, control.run);
  }
}

async function findRecords(bot: Bot, trail: AuditTrail, { options }: ControlScene): Promise<Tell> {
  const { search = {} } = options;
  const isJson = options.format === 'json';
  const max = isJson ? MAX_DOCUMENTS : MAX_LINES;
  const query = readSearch(bot, search);
  // One more than is shown tells whether there are more.
  const wanted = { ...query, max: max + 1 };
  const { found, leftOut } = isJson
    ? { found: await trail.find(wanted), leftOut: undefined }
    : await findForPeople(trail, wanted);
  const shown = found.slice(-max);
  const range = query.since !== undefined && search.since === undefined ? ' of the last 24 hours' : '';
  const answers = [...(await warnOf(bot, search)), ...(leftOut === undefined ? [] : [leftOut])];
  if (shown.length === 0) {
    const wider = range === '' ? [] : ['older ones: `audit --since 7d`'];
    const nothing = leftOut === undefined ? 'nothing' : 'nothing but answers of nodes';
    return tell(`${nothing} is on record${range === '' ? ' that fits' : range}`, [...answers, ...wider]);
  }
  const isCut = found.length > shown.length;
  const title = `${isCut ? 'the newest ' : ''}${formatCount(shown.length, 'record')}${range}, the newest last`;
  const narrow = 'there are more: narrow it down with --who, --node, --action, --run, --since, --until';
  const more = [...answers, ...(isCut ? [narrow] : [])];
  const sections = [{ heading: 'times are UTC', lines: shown.map(isJson ? writeDocument : formatAuditLine) }];
  return { kind: 'tell', title, sections: [...sections, ...(more.length === 0 ? [] : [{ lines: more }])] };
}

const writeDocument = ({ seq, hash, record }: ChainedRecord): string => writeJsonText({ seq, hash, ...record }, 0);

/** Names that mean nothing today. */
async function warnOf({ authority, agents }: Bot, { who, action }: AuditSearch): Promise<readonly string[]> {
  // The list of people is an extra: files that can't be read now change nothing about what is on record.
  const tests = who === undefined ? undefined : await authority.policyTests?.().catch(() => undefined);
  const warnings = [
    who === undefined ? undefined : warnOfPerson(who, tests?.people),
    action === undefined ? undefined : warnOfAction(action, agents),
  ];
  return warnings.filter((line) => line !== undefined);
}

/** What is typed, for the trail. Without any condition only the last day is looked at. */
function readSearch({ authority, clock }: Bot, search: AuditSearch): Omit<AuditQuery, 'max'> {
  const { who, node, action, run, since, until } = search;
  const isOpen = [who, node, action, run, since, until].every((condition) => condition === undefined);
  const range = { since: readTime(since, clock), until: readTime(until, clock) };
  requireRange(range, clock.now());
  return {
    callers: who === undefined ? undefined : namesOf(authority, who),
    node,
    action,
    run,
    since: isOpen ? clock.now() - USUAL_AGO_MS : range.since,
    until: range.until,
  };
}

/** An account stands in the trail until it is known who it belongs to. */
function namesOf(authority: Bot['authority'], who: string): readonly string[] {
  const name = who.replace(/^@/, '');
  if (!name.includes(':') || name.startsWith('person:')) {
    const person = `person:${name.replace(/^person:/, '')}`;
    return [person, ...(authority.accountsOf?.(person) ?? [])];
  }
  try {
    return [name, authority.identify(name)];
  } catch {
    return [name];
  }
}

function readTime(mark: TimeMark | undefined, clock: Clock): number | undefined {
  if (mark === undefined) return undefined;
  return 'at' in mark ? mark.at : clock.now() - mark.agoMs;
}

async function verifyTrail(trail: AuditTrail, clock: Clock): Promise<Tell> {
  const reading = underWay.get(trail) ?? trail.verify().finally(() => underWay.delete(trail));
  underWay.set(trail, reading);
  const { records, head, checkpoints, lastCheckpoint, faults } = await reading;
  const lines = [
    `head: record ${head.seq}, hash ${head.hash}`,
    describeCheckpoints(checkpoints, lastCheckpoint, clock),
  ];
  if (faults.length === 0) return tell(`OK: ${formatCount(records, 'record')}, none changed, removed or moved`, lines);
  const found = { heading: 'what is wrong', lines: faults.map(({ message }) => message) };
  const title = `FAILED: ${formatCount(countFaults(faults), 'fault')} in ${formatCount(records, 'record')}`;
  return { kind: 'tell', title, sections: [found, { lines }] };
}

function describeCheckpoints(count: number, last: Verification['lastCheckpoint'], clock: Clock): string {
  if (last === undefined) return 'no signed checkpoint yet: `audit checkpoint` makes one';
  const age = describeAge(Math.max(0, clock.now() - Date.parse(last.at)));
  return `${formatCount(count, 'signed checkpoint')}, the last one ${age} ago at record ${last.seq}`;
}

/** In the largest unit of which there are at least two. */
function describeAge(ageMs: number): string {
  if (ageMs < 120_000) return `${Math.floor(ageMs / 1000)} s`;
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

async function signTrail(trail: AuditTrail): Promise<Tell> {
  const { statement, signer } = await trail.checkpoint();
  const { seq, hash, at } = JSON.parse(statement) as { seq: number; hash: string; at: string };
  const title = `the trail is signed up to record ${seq}`;
  return tell(title, [`hash ${hash}`, `signed by ${signer} at ${at}`, `quote ${hash.slice(0, HASH_LENGTH)} elsewhere`]);
}

const tell = (title: string, lines: readonly string[]): Tell => ({ kind: 'tell', title, sections: [{ lines }] });
