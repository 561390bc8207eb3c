import type { McoError } from '../../core/errors.ts';
import type { Trail } from '../records/trail.ts';

/**
 * Puts a denial on record. To be thrown then: what was denied is told to whoever asked, and to nobody else.
 *
 * @throws McoError `failed/audit`
 */
export async function deny(trail: Trail, error: McoError): Promise<McoError> {
  const { code, message, rules } = error;
  await trail.record('decided', { result: 'deny', code, reason: message, rules });
  return error;
}
