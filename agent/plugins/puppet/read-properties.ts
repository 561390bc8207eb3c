import { McoError } from '../../../src/core/errors.ts';

/**
 * `ensure=running comment="two words"` as `puppet resource` takes it: one property an argument.
 *
 * @throws McoError `failed/bad-input`
 */
export function readProperties(text: string): readonly string[] {
  const properties: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    // INVARIANT: each begins with its name, so none is an option.
    const [all = '', name, quoted, plain] = /^([a-z][a-z0-9_]*)=(?:"([^"]*)"|([^\s"]+))(?:\s+|$)/.exec(rest) ?? [];
    if (name === undefined) {
      throw new McoError('failed/bad-input', `\`${rest.slice(0, 50)}\` is no property`, {
        hint: 'write `ensure=running`, and values with blanks in double quotes',
      });
    }
    properties.push(`${name}=${quoted ?? plain ?? ''}`);
    rest = rest.slice(all.length);
  }
  return properties;
}
