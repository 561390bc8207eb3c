import { escapeLines, escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import type { ReplyData } from '../core/reply.ts';
import { drawListTable, isTable } from './draw-list.ts';
import { formatCount } from './format-count.ts';
import { alignRight, measureWidest } from './measure-width.ts';

const NONE = '(none)';

/** A value as people read it: text as it is, anything nested as compact JSON, nothing as nothing. Not escaped. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A list of plain values one after the other; any other value as it is. */
function listValues(value: JsonValue | undefined): string {
  const isList = Array.isArray(value) && value.every((item: JsonValue) => item === null || typeof item !== 'object');
  if (isList) return value.length === 0 ? NONE : value.map(showValue).join(', ');
  return showValue(value);
}

/**
 * One node's result on one line: `{package}-{ensure}.{arch}` with the outputs filled in, escaped. An output that the node
 * did not send is empty, and one that it sent as nothing is `(none)`; what a value holds is never filled in again.
 */
export function fillLine(template: string, data: ReplyData, maxLength = 300): string {
  const filled = template.replace(/\{([^{}]*)\}/g, (_, name: string) =>
    Object.hasOwn(data, name) ? (data[name] === null ? NONE : showValue(data[name])) : '',
  );
  return escapeText(filled, maxLength);
}

export interface FieldLimits {
  readonly maxFields: number;
  readonly maxLines: number;
  readonly maxLength: number;
}

/** The outputs in the description's order, then what else the node sent. */
export function orderOutputs(data: ReplyData, labels: Readonly<Record<string, string>>): string[] {
  const described = Object.keys(labels).filter((name) => Object.hasOwn(data, name));
  return [...described, ...Object.keys(data).filter((name) => !Object.hasOwn(labels, name))];
}

/** One node's result without a template: `Label: value` lines, right-aligned at the colon; long text below its label. */
export function drawFields(data: ReplyData, labels: Readonly<Record<string, string>>, limits: FieldLimits): string[] {
  const names = orderOutputs(data, labels);
  const shown = names.slice(0, limits.maxFields);
  const labelOf = (name: string): string => escapeText(Object.hasOwn(labels, name) ? (labels[name] ?? name) : name, 40);
  const width = measureWidest(shown.map(labelOf));
  const lines = shown.flatMap((name) => {
    const value = data[name];
    if (isTable(value)) {
      const table = drawListTable(value, limits.maxLines).map((line) => `    ${line}`);
      return [`${alignRight(labelOf(name), width)}:`, ...table];
    }
    const [first = '', ...more] = escapeLines(listValues(value), limits.maxLines, limits.maxLength);
    const label = `${alignRight(labelOf(name), width)}:`;
    if (more.length === 0) return [`${label} ${first}`.trimEnd()];
    return [label, ...[first, ...more].map((line) => `    ${line}`.trimEnd())];
  });
  const rest = names.length - shown.length;
  return rest > 0 ? [...lines, `and ${formatCount(rest, 'more output')}`] : lines;
}
