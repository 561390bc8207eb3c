import type { ChainedRecord } from '../../core/audit-trail.ts';
import { fitRecord } from './fit-record.ts';

/** RFC 5424, 6.2.1: facility local0, severities notice and warning. */
const LOCAL0 = 16 * 8;
const NOTICE = 5;
const WARNING = 4;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;
const REFUSALS: ReadonlySet<string> = new Set(['refused', 'unexpected', 'rejected']);
const DENIALS: ReadonlySet<string> = new Set(['deny', 'denied', 'DENIED']);

export interface SyslogOrigin {
  readonly hostname: string;
  readonly pid: number;
}

/**
 * A record as one syslog message (RFC 5424, 6): the event is the message id, the message is JSON with `seq` and `hash`.
 * Denials and refusals are warnings.
 *
 * @param maxBytes of the whole message
 */
export function formatSyslogMessage(chained: ChainedRecord, { hostname, pid }: SyslogOrigin, maxBytes: number): string {
  const { event, result = '', at } = chained.record;
  const severity = REFUSALS.has(event) || DENIALS.has(result) ? WARNING : NOTICE;
  const time = TIMESTAMP.test(at) ? at : '-';
  const header = `<${LOCAL0 + severity}>1 ${time} ${printable(hostname, 255)} mcobot ${pid} ${printable(event, 32)} - `;
  return header + fitRecord(chained, maxBytes - header.length);
}

/** Header fields are printable ASCII without blanks, and `-` stands for nothing. */
const printable = (text: string, maxLength: number): string => text.replace(/[^!-~]/g, '_').slice(0, maxLength) || '-';
