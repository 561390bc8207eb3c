import type { NodeProfile } from '../../../src/core/facts.ts';
import type { HostFiles } from '../../../src/core/host/host-files.ts';
import type { PackageBackend } from '../../../src/core/host/package-backend.ts';
import type { ProcessBackend } from '../../../src/core/host/process-backend.ts';
import type { PuppetFiles } from '../../../src/core/host/puppet-backend.ts';
import type { ServiceBackend } from '../../../src/core/host/service-backend.ts';

/** What data functions look at. What a node lacks is left out: its functions have no values then, and match nothing. */
export interface DataBackends {
  readonly collectives: readonly string[];
  /** Ms since the epoch. */
  now(): number;
  profile(): NodeProfile;
  /** The version of an agent that this node has. */
  versionOf(agent: string): string | undefined;
  readonly files?: Pick<HostFiles, 'locate' | 'inspect' | 'digest'> | undefined;
  readonly packages?: Pick<PackageBackend, 'status' | 'order'> | undefined;
  readonly services?: Pick<ServiceBackend, 'status'> | undefined;
  readonly puppet?: PuppetFiles | undefined;
  readonly processes?: Pick<ProcessBackend, 'list' | 'abandoned'> | undefined;
}
