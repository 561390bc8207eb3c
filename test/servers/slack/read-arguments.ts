import { MethodError, refuseWith } from './method-error.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** A text argument that must be there. */
export function needText(args: Arguments, name: string): string {
  const text = readText(args, name);
  if (text === undefined || text === '') throw refuseWith('invalid_arguments', [`missing required field: ${name}`]);
  return text;
}

export function readText(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw refuseWith('invalid_arguments', [`must be a string [json-pointer:/${name}]`]);
}

export function readFlag(args: Arguments, name: string): boolean {
  const text = readText(args, name);
  return text === 'true' || text === '1';
}

/** A whole number between `from` and `to`. */
export function readNumber(
  args: Arguments,
  name: string,
  limits: { from: number; to: number; byDefault: number },
): number {
  const text = readText(args, name);
  if (text === undefined) return limits.byDefault;
  const value = Number(text);
  if (!Number.isInteger(value) || value < limits.from || value > limits.to)
    throw refuseWith('invalid_arguments', [`must be between ${limits.from} and ${limits.to} [json-pointer:/${name}]`]);
  return value;
}

/** Structured arguments come as JSON text in forms and as they are in JSON bodies. */
export function readJson(args: Arguments, name: string, whenInvalid: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value ?? undefined;
  if (value === '') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw new MethodError(whenInvalid);
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The arguments of a call from its body, by content type, and the token if one is among them. */
export function parseBody(contentType: string, body: Buffer): { args: Record<string, unknown>; token?: string } {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (body.length === 0 && type === '') return { args: {} };
  if (type === 'application/json') return { args: parseJsonBody(body) };
  if (type === 'application/x-www-form-urlencoded') return takeToken(parseForm(body.toString('utf8')));
  throw new MethodError(type === '' ? 'missing_post_type' : 'invalid_post_type');
}

export function parseForm(text: string): Record<string, unknown> {
  return Object.fromEntries(new URLSearchParams(text));
}

function parseJsonBody(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new MethodError('invalid_json');
  }
  if (!isRecord(value)) throw new MethodError('json_not_object');
  return value;
}

function takeToken(form: Record<string, unknown>): { args: Record<string, unknown>; token?: string } {
  const { token, ...args } = form;
  return typeof token === 'string' ? { args, token } : { args };
}
