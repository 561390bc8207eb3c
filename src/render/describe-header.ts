import { escapeText } from '../core/escape-text.ts';
import type { RunHeader } from '../core/report.ts';

/** `@ana`; who is not a person keeps the kind, `unix:ana`. */
export const nameCaller = (caller: string): string => escapeText(caller.replace(/^person:/, '@'), 120);

/** What people call a run by: `7f3a`. */
export const shortRun = (run: string): string => escapeText(run.slice(-4), 24);

const SEPARATOR = ' · ';

/** `@ana · package status openssl -F os=debian · read · run 7f3a` */
export function describeHeader({ caller, command, effect, run }: RunHeader): string {
  const word = effect === 'write' ? 'WRITE' : 'read';
  return [nameCaller(caller), escapeText(command, 1000), word, `run ${shortRun(run)}`].join(SEPARATOR);
}

export interface HeaderFields {
  readonly caller: string;
  readonly command: string;
  readonly effect: string;
  readonly run: string;
}

/** The fields of a run's header; undefined for any other. A command may hold the separator, the other fields do not. */
export function readHeader(header: string): HeaderFields | undefined {
  const [caller = '', ...rest] = header.split(SEPARATOR);
  const [effect = '', run = ''] = rest.splice(-2);
  const command = rest.join(SEPARATOR);
  return command === '' || !run.startsWith('run ') ? undefined : { caller, command, effect, run };
}
