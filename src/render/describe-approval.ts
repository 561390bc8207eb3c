import { escapeText } from '../core/escape-text.ts';
import type { RunReport } from '../core/report.ts';
import { nameCaller } from './describe-header.ts';

const MAX_APPROVERS = 5;

/** A time of day as people read it, `15:10 UTC`. */
export const formatTime = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;

/** What people call a frozen list by: the beginning of its digest. */
export const shortList = (digest: string): string => escapeText(digest.slice(0, 6), 24);

/** `approved by @raj 14:52 UTC, @bob 14:53 UTC`; nothing where nobody had to. */
export function describeApprovals(approvedBy: RunReport['approvedBy'] = []): string[] {
  if (approvedBy.length === 0) return [];
  const named = approvedBy.slice(0, MAX_APPROVERS).map(({ by, at }) => `${nameCaller(by)} ${formatTime(at)}`);
  const rest = approvedBy.length - named.length;
  return [`approved by ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
