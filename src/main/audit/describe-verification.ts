import { countFaults, type Verification } from '../../core/audit-trail.ts';
import { escapeText } from '../../core/escape-text.ts';

/** What is known of a trail after `verify`, as lines for a terminal. */
export function describeVerification(path: string, verification: Verification): string {
  const { faults, records, head, lastCheckpoint, checkpoints } = verification;
  const name = `the audit trail ${escapeText(path)}`;
  const size = `${count(records, 'record')}, ${count(checkpoints, 'checkpoint')}`;
  const lines = [
    faults.length === 0
      ? `${name} is whole: ${size}`
      : `${name} is NOT whole: ${count(countFaults(faults), 'fault')} in ${size}`,
    ...faults.map(({ kind, message }) => `  ${kind}: ${escapeText(message)}`),
    `last record ${head.seq}, hash ${head.hash}`,
    lastCheckpoint === undefined
      ? 'there is no checkpoint that counts: if the end was cut off, nobody can tell'
      : `newest checkpoint: record ${lastCheckpoint.seq}, ${escapeText(lastCheckpoint.at)}, by ${escapeText(lastCheckpoint.by)}`,
  ];
  return `${lines.join('\n')}\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
