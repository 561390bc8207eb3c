import type { DataTest, Expression, FactTest, NameTest } from '../core/filter.ts';
import { OPERATOR_CHARACTERS } from './comparison.ts';
import { formatPattern } from './parse-pattern.ts';

const BARE_VALUE = /^[A-Za-z0-9_.:@%+,-]+$/;

/** A fact test as it is written after `-F`. */
export function formatFactTest(test: FactTest): string {
  if (typeof test.value !== 'string')
    return `${test.fact}${formatPatternOperator(test.op)}${formatPattern(test.value)}`;
  const { fact, op, value } = test;
  const looksLikePattern = /^\/[\s\S]*\/i?$/.test(value);
  const written = op === '=' && looksLikePattern ? '==' : op;
  // An operator would go on into a value that begins with one of its characters.
  const gap = OPERATOR_CHARACTERS.includes(value.charAt(0)) ? ' ' : '';
  return `${fact}${written}${gap}${value}`;
}

/** A class, agent or node as it is written after `-C`, `-A` and `-I`. */
export function formatNameTest(test: NameTest): string {
  return 'is' in test ? test.is : formatPattern(test.matches);
}

/** An expression as it is written after `-S`, with the parentheses it needs and no others. */
export function formatExpression(expression: Expression): string {
  if ('any' in expression) return expression.any.map(formatExpression).join(' or ');
  if ('all' in expression) return expression.all.map((part) => formatPart(part, 'any' in part)).join(' and ');
  if ('not' in expression)
    return `not ${formatPart(expression.not, 'any' in expression.not || 'all' in expression.not)}`;
  if ('class' in expression) return formatNameTest(expression.class);
  // Policies put these in; nobody can type one.
  if ('identity' in expression) return `identity ${formatNameTest(expression.identity)}`;
  if ('fact' in expression) return expression.fact.fact + formatComparison(expression.fact);
  return formatData(expression.data);
}

function formatPart(expression: Expression, needsParentheses: boolean): string {
  return needsParentheses ? `(${formatExpression(expression)})` : formatExpression(expression);
}

function formatData(test: DataTest): string {
  const argument = test.argument === undefined ? '' : quoteText(test.argument);
  return `${test.function}(${argument}).${test.field}${formatComparison(test)}`;
}

function formatComparison({ op, value }: Pick<DataTest, 'op' | 'value'>): string {
  if (typeof value !== 'string') return formatPatternOperator(op) + formatPattern(value);
  return op + (BARE_VALUE.test(value) ? value : quoteText(value));
}

function formatPatternOperator(op: DataTest['op']): string {
  return op === '!~' ? '!=' : '=~';
}

function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
