import type { ActionDescription, OutputField } from './agent-description.ts';
import { McoError } from './errors.ts';
import type { JsonValue } from './json.ts';
import type { ReplyData } from './reply.ts';

/**
 * Holds what a program answered against the action's description. Null stands for "there is none", whatever the type.
 *
 * @throws McoError `failed/bad-answer` for an output that is not described or of another type
 */
export function checkOutput({ output }: ActionDescription, data: ReplyData): void {
  for (const [name, value] of Object.entries(data)) {
    const field = Object.hasOwn(output, name) ? output[name] : undefined;
    if (field === undefined) {
      throw new McoError(
        'failed/bad-answer',
        `it answered the output \`${name.slice(0, 64)}\`, which is not described`,
      );
    }
    if (value !== null && !isOfType(field.type, value)) {
      throw new McoError('failed/bad-answer', `the output \`${name}\` it answered is not of type ${field.type}`);
    }
  }
}

function isOfType(type: OutputField['type'], value: JsonValue): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'integer':
      return Number.isSafeInteger(value);
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
