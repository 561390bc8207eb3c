import type { JsonValue } from '../core/json.ts';

/** Stands for a list, a map or a text that is empty. */
export const NONE = '(none)';

/** A value as people read it: text as it is, anything nested as compact JSON, nothing as nothing. Not escaped. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const isPlain = (value: JsonValue): boolean => value === null || typeof value !== 'object';

export const isPlainList = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value) && value.every(isPlain);

export const isMap = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
