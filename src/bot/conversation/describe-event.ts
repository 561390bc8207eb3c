import type { AuditEvent, AuditRecord } from '../../core/audit.ts';
import { escapeText } from '../../core/escape-text.ts';
import { nameCaller, shortRun } from '../../render/describe-header.ts';

const NAME_LENGTH = 80;
const REASON_LENGTH = 160;
const HASH_LENGTH = 12;
const DIGEST_LENGTH = 6;

const WORDS: Partial<Record<AuditEvent, string>> = {
  awaiting: 'NEEDS APPROVAL',
  approved: 'APPROVED',
  rejected: 'REJECTED',
  withdrawn: 'WITHDRAWN',
  expired: 'EXPIRED',
  checkpoint: 'CHECKPOINT',
};

const RESULTS: Readonly<Record<string, string>> = { allow: 'ALLOW', deny: 'DENY', 'needs-approval': 'NEEDS APPROVAL' };

/**
 * What a line is about: `assured` is what nobody brings about without rights (approvals and their ends, reloads,
 * checkpoints), `usual` what was allowed.
 */
export type EventKind = 'assured' | 'denial' | 'usual';

/** What the audit channel is told of one record. */
export interface ToldEvent {
  /** One line without its time; of the same line only how often it was there is told. */
  readonly line: string;
  readonly kind: EventKind;
  /** Whose doing it is, as lines name them: what they cause beyond measure is summed up under this name. */
  readonly whose: string;
}

/**
 * A decision, what became of an approval, a refused message, a reload or a checkpoint as one line, its outcome first:
 * `DENY · @bob · package.update · slack:T024BE7LD/C0INC42 · you have read here (roles.yaml:3) · run 7f3a`. Everything
 * from outside is escaped and cut. Undefined for all other records.
 */
export function describeEvent(record: AuditRecord): ToldEvent | undefined {
  const word = wordFor(record);
  if (word === undefined) return undefined;
  const { event, caller, action, run, approvedBy = [] } = record;
  const parts = [
    word,
    caller === undefined ? undefined : nameCaller(caller),
    action === undefined ? undefined : show(action),
    placeOf(record.origin),
    event === 'checkpoint' ? describeCheckpoint(record) : describeOrder(record),
    event === 'approved' && approvedBy.length > 1 ? `approved by ${approvedBy.map(nameCaller).join(', ')}` : undefined,
    describeReason(record),
    run === undefined ? undefined : `run ${shortRun(run)}`,
  ];
  return {
    line: parts.filter((part) => part !== undefined).join(' · '),
    kind: kindOf(record),
    whose: caller === undefined ? (event === 'refused' ? 'somebody unknown' : 'the bot') : nameCaller(caller),
  };
}

function kindOf({ event, result }: AuditRecord): EventKind {
  if (event === 'refused') return 'denial';
  if (event !== 'decided') return 'assured';
  return result === 'allow' || result === 'needs-approval' ? 'usual' : 'denial';
}

const show = (text: string, maxLength = NAME_LENGTH): string => escapeText(text, maxLength);

function wordFor({ event, result, code }: AuditRecord): string | undefined {
  switch (event) {
    case 'decided':
      return RESULTS[result ?? ''] ?? 'DENY';
    case 'reloaded':
      return code === undefined ? 'RELOADED' : 'NOT RELOADED';
    // A slip of the fingers is between the bot and whoever made it.
    case 'refused':
      return code?.startsWith('untrusted/') === true ? 'REFUSED' : undefined;
    default:
      return WORDS[event];
  }
}

/** Where it was said, as policies name places. */
function placeOf(origin: unknown): string | undefined {
  if (origin === null || typeof origin !== 'object') return undefined;
  const { chat, channel } = origin as { readonly chat?: unknown; readonly channel?: unknown };
  if (typeof chat !== 'string') return undefined;
  return show(typeof channel === 'string' && channel !== '' ? `${chat}:${channel}` : chat);
}

function describeOrder({ count, digest }: AuditRecord): string | undefined {
  const nodes = count === undefined ? [] : [count === 1 ? '1 node' : `${count} nodes`];
  const list = digest === undefined ? [] : [`list ${show(digest.slice(0, DIGEST_LENGTH))}`];
  return nodes.length + list.length === 0 ? undefined : [...nodes, ...list].join(', ');
}

function describeCheckpoint({ count, digest = '' }: AuditRecord): string {
  return `record ${count ?? '?'}, hash ${show(digest.slice(0, HASH_LENGTH))}`;
}

function describeReason({ code, reason, rules = [], event }: AuditRecord): string | undefined {
  const where = rules.length === 0 ? [] : [`(${rules.map((rule) => show(rule)).join(', ')})`];
  const why = reason === undefined ? [] : [show(reason, REASON_LENGTH)];
  const which = event === 'refused' && code !== undefined ? [show(code)] : [];
  return why.length + where.length + which.length === 0 ? undefined : [...which, ...why, ...where].join(' ');
}
