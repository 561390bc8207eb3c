import { escapeText } from '../core/escape-text.ts';
import type { RunHeader } from '../core/report.ts';

/** `@ana`; who is not a person keeps the kind, `unix:ana`. */
const nameCaller = (caller: string): string => escapeText(caller.replace(/^person:/, '@'), 120);

/** `@ana · package status openssl -F os=debian · read · run 7f3a` */
export function describeHeader({ caller, command, effect, run }: RunHeader): string {
  const word = effect === 'write' ? 'WRITE' : 'read';
  return `${nameCaller(caller)} · ${escapeText(command, 1000)} · ${word} · run ${escapeText(run.slice(-4), 24)}`;
}
