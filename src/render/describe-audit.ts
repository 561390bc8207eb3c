import type { AuditRecord } from '../core/audit.ts';
import type { ChainedRecord } from '../core/audit-trail.ts';
import { escapeText } from '../core/escape-text.ts';
import { shortRun } from './describe-header.ts';

const EVENT_WIDTH = 10;
const NAME_LENGTH = 100;
const COMMAND_LENGTH = 200;
const REASON_LENGTH = 200;
const HASH_LENGTH = 12;

/**
 * A record as one line for people, with everything from outside escaped and cut:
 * `2026-11-22T10:00:03Z decided    person:ana package.update: allow (roles.yaml:14), run 7f3a`.
 */
export function formatAuditLine({ record }: ChainedRecord): string {
  const { event, caller, by } = record;
  const head = `${describeTime(record.at)} ${show(event).padEnd(EVENT_WIDTH)} ${show(caller ?? by)}`;
  const end = describeEnd(record);
  const what = [describeDeed(record), ...(end === '' ? [] : [end])].filter((part) => part !== '').join(': ');
  return [what === '' ? head : `${head} ${what}`, ...describeDetails(record)].join(', ');
}

const show = (text: unknown, maxLength = NAME_LENGTH): string => escapeText(String(text), maxLength);

/** To the second; whatever is no time is shown as it is. */
const describeTime = (at: string): string => show(at).replace(/\.\d{1,9}Z$/, 'Z');

/** What it is about: the command where one is decided or refused, else the action. */
function describeDeed({ event, action, command, node }: AuditRecord): string {
  if (event === 'answered' && node !== undefined) return show(node);
  const typed = command === undefined ? [] : [`\`${show(command, COMMAND_LENGTH)}\``];
  if (event === 'received' || event === 'refused' || action === undefined) return typed.join('');
  return event === 'decided' ? [show(action), ...typed].join(' ') : show(action);
}

/** `deny denied/policy "no shells here" (roles.yaml:14)` */
function describeEnd({ result, code, reason, rules = [] }: AuditRecord): string {
  const parts = [result, code].filter((part) => part !== undefined).map((part) => show(part));
  if (reason !== undefined) parts.push(`"${show(reason, REASON_LENGTH)}"`);
  if (rules.length > 0) parts.push(`(${rules.map((rule) => show(rule)).join(', ')})`);
  return parts.join(' ');
}

function describeDetails(record: AuditRecord): string[] {
  const { approvedBy = [], nodes, count = nodes?.length, times = 1, run, event, digest, signer } = record;
  const details: string[] = [];
  if (event === 'checkpoint')
    details.push(`record ${count ?? '?'}`, `hash ${show((digest ?? '?').slice(0, HASH_LENGTH))}`);
  else if (count !== undefined) details.push(count === 1 ? '1 node' : `${count} nodes`);
  if (event === 'checkpoint' && signer !== undefined) details.push(`signed by ${show(signer)}`);
  if (approvedBy.length > 0) details.push(`approved by ${approvedBy.map((name) => show(name)).join(' and ')}`);
  if (times > 1) details.push(`${times} times`);
  if (run !== undefined) details.push(`run ${shortRun(run)}`);
  return details;
}
