import { escapeText } from '../core/escape-text.ts';
import type { ReplyData } from '../core/reply.ts';
import type { RunReport } from '../core/report.ts';
import { isTable } from './draw-list.ts';
import { drawValue } from './draw-value.ts';
import { formatCount } from './format-count.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { isMap, NONE } from './show-value.ts';

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
export function drawFields(
  data: ReplyData,
  { labels, units = {} }: Pick<RunReport, 'labels' | 'units'>,
  limits: FieldLimits,
): string[] {
  const names = orderOutputs(data, labels);
  const shown = names.slice(0, limits.maxFields);
  const labelOf = (name: string): string => escapeText(Object.hasOwn(labels, name) ? (labels[name] ?? name) : name, 40);
  const width = measureWidest(shown.map(labelOf));
  const lines = shown.flatMap((name) => {
    const value = data[name];
    const drawn = drawValue(value, { ...limits, units: Object.hasOwn(units, name) ? units[name] : {} });
    // A table is wide.
    const indent = isTable(value) ? '  ' : '    ';
    const label = `${alignRight(labelOf(name), width)}:`;
    const [first = '', ...more] = drawn;
    const isShort = more.length === 0 && (!isMap(value) || first === NONE);
    return isShort ? [`${label} ${first}`.trimEnd()] : [label, ...drawn.map((line) => `${indent}${line}`.trimEnd())];
  });
  const rest = names.length - shown.length;
  return rest > 0 ? [...lines, `and ${formatCount(rest, 'more output')}`] : lines;
}
