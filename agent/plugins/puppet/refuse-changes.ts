import { McoError } from '../../../src/core/errors.ts';
import type { PuppetBackend } from '../../../src/core/host/puppet-backend.ts';

/** A Puppet that can be looked at, and not be touched. */
export function refuseChanges(puppet: PuppetBackend): PuppetBackend {
  const refuse = (): Promise<never> =>
    Promise.reject(new McoError('failed/read-only', 'Puppet can only be looked at on this node'));
  return { ...puppet, enable: refuse, disable: refuse, planRun: refuse, planChange: refuse };
}
