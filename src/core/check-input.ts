import type { ActionDescription, Input, InputField, Scalar } from './agent-description.ts';
import { McoError } from './errors.ts';
import { findPathFault } from './host/path-fault.ts';
import { suggest } from './nearest.ts';
import { compilePattern } from './regex.ts';

const DEFAULT_MAX_LENGTH = 256;

/** Compiled patterns of the fields of descriptions, which stay the same for as long as the program runs. */
const patterns = new WeakMap<InputField, (text: string) => boolean>();

/**
 * Input checked against an action's description, with defaults filled in. Runs on the bot and again on the node.
 *
 * @throws McoError `usage/missing-input`, `usage/unknown-input`, `usage/invalid-input` or `usage/bad-pattern`
 */
export function checkInput(action: ActionDescription, input: Input): Input {
  const declared = Object.keys(action.input);
  for (const name of Object.keys(input)) {
    if (!declared.includes(name)) {
      throw new McoError('usage/unknown-input', `there is no input \`${name}\``, { hint: suggest(name, declared) });
    }
  }
  const checked: Record<string, Scalar> = {};
  for (const [name, field] of Object.entries(action.input)) {
    const value = Object.hasOwn(input, name) ? input[name] : field.default;
    if (value === undefined) {
      if (field.optional === true) continue;
      throw new McoError('usage/missing-input', `\`${name}\` is missing: ${field.about}`);
    }
    checked[name] = checkValue(name, field, value);
  }
  return checked;
}

/**
 * A word somebody typed, as the type its field declares.
 *
 * @throws McoError `usage/invalid-input`, `usage/bad-pattern`
 */
export function readInputText(name: string, field: InputField, text: string): Scalar {
  switch (field.type) {
    case 'string':
      return checkValue(name, field, text);
    case 'boolean':
      if (/^(?:true|yes|on)$/i.test(text)) return checkValue(name, field, true);
      if (/^(?:false|no|off)$/i.test(text)) return checkValue(name, field, false);
      throw invalid(name, `${quote(field, text)} is neither true nor false`);
    default:
      if (!/^[+-]?\d+(?:\.\d+)?$/.test(text)) throw invalid(name, `${quote(field, text)} is not a number`);
      return checkValue(name, field, Number(text));
  }
}

function checkValue(name: string, field: InputField, value: Scalar): Scalar {
  checkType(name, field, value);
  if (typeof value === 'string') checkText(name, field, value);
  if (typeof value === 'number') checkRange(name, field, value);
  if (field.oneOf !== undefined && !field.oneOf.includes(value)) {
    throw invalid(name, `${quote(field, value)} is not accepted`, suggest(String(value), field.oneOf.map(String)));
  }
  return value;
}

function checkType(name: string, field: InputField, value: Scalar): void {
  const fits = field.type === 'integer' ? Number.isSafeInteger(value) : typeof value === field.type;
  const finite = typeof value !== 'number' || Number.isFinite(value);
  if (!fits || !finite) throw invalid(name, `${quote(field, value)} is not of type ${field.type}`);
}

function checkText(name: string, field: InputField, value: string): void {
  const limit = field.maxLength ?? DEFAULT_MAX_LENGTH;
  if (value.length > limit) throw invalid(name, `it is longer than ${limit} characters`);
  if (value.includes('\0')) throw invalid(name, 'it contains a NUL character');
  if (!matchesPattern(field, value)) throw invalid(name, `${quote(field, value)} is not accepted: ${field.about}`);
  const fault = field.isPath === true ? findPathFault(value) : undefined;
  if (fault !== undefined) throw invalid(name, `${quote(field, value)} is not accepted: ${fault}`);
  if (field.isPattern === true) requirePattern(name, field, value);
}

/** The engine is the node's own: what is told here need not be asked there. */
function requirePattern(name: string, field: InputField, value: string): void {
  try {
    compilePattern({ pattern: value });
  } catch (cause) {
    if (!(cause instanceof McoError)) throw cause;
    // Nobody typed the slashes that it has elsewhere.
    const said = cause.message.replace(`\`/${value}/\``, () => `\`${value}\``);
    const why = field.secret === true ? 'the value is no regular expression' : said;
    throw new McoError('usage/bad-pattern', `\`${name}\`: ${why}`, {
      hint: 'RE2 syntax: no look-around and no back-references; `\\(` is a parenthesis',
      cause: field.secret === true ? undefined : cause,
    });
  }
}

/** The whole value must match: a pattern per line, as the ancestor's, lets a second line through. */
function matchesPattern(field: InputField, value: string): boolean {
  if (field.pattern === undefined) return true;
  const matches = patterns.get(field) ?? compilePattern({ pattern: `\\A(?:${field.pattern})\\z` });
  patterns.set(field, matches);
  return matches(value);
}

function checkRange(name: string, field: InputField, value: number): void {
  const { min, max } = field;
  if (min !== undefined && value < min) throw invalid(name, `${quote(field, value)} is less than ${min}`);
  if (max !== undefined && value > max) throw invalid(name, `${quote(field, value)} is more than ${max}`);
}

/** A value in an error message; secrets are not repeated. */
const quote = ({ secret }: InputField, value: Scalar): string => (secret === true ? 'the value' : `\`${value}\``);

function invalid(name: string, why: string, hint?: string): McoError {
  return new McoError('usage/invalid-input', `\`${name}\`: ${why}`, { hint });
}
