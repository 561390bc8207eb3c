import { McoError } from '../src/core/errors.ts';

/**
 * Refuses names that every object has, such as `__proto__` and `constructor`, wherever they stand in a verified message:
 * the schema library drops them from what it returns, and what was signed must not be less than what is checked.
 *
 * @param body UTF-8 JSON that was parsed before
 * @throws McoError `untrusted/malformed`
 */
export function checkFieldNames(body: Uint8Array): void {
  JSON.parse(new TextDecoder().decode(body), (name: string, value: unknown) => {
    if (name === 'prototype' || name in Object.prototype) {
      throw new McoError('untrusted/malformed', `\`${name}\` can't be the name of a field`);
    }
    return value;
  });
}
