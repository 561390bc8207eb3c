import { existsSync } from 'node:fs';
import { createPuppetBackend } from '../../agent/plugins/puppet/create-puppet-backend.ts';
import type { PuppetOptions } from '../../agent/plugins/puppet/puppet-host.ts';
import { createSystemdBackend } from '../../agent/plugins/service/systemd.ts';
import { createSysvBackend } from '../../agent/plugins/service/sysv.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { createHostFiles } from '../adapters/exec/host-files.ts';
import { createProcessRunner } from '../adapters/exec/process-runner.ts';
import type { PackageBackend } from '../core/host/package-backend.ts';
import type { PuppetBackend } from '../core/host/puppet-backend.ts';
import type { ServiceBackend } from '../core/host/service-backend.ts';
import { openPackages } from './package-backend.ts';
import type { PackageConfig } from './package-config.ts';
import { DEFAULT_PUPPET } from './puppet-config.ts';

/** What a node's configuration says about its back ends; the configuration as a whole is one. */
export interface HostSettings {
  readonly packages?: PackageConfig | undefined;
  readonly puppet?: PuppetOptions | undefined;
}

/** What this machine has for its agents to work with. */
export function createHostBackends(
  settings: HostSettings = {},
  runner = createProcessRunner(),
): {
  readonly packages: PackageBackend;
  readonly puppet: PuppetBackend;
  readonly services: ServiceBackend;
} {
  return {
    packages: openPackages(runner, settings.packages),
    puppet: createPuppetBackend({
      runner,
      files: createHostFiles(runner),
      clock: systemClock,
      options: settings.puppet ?? DEFAULT_PUPPET,
    }),
    services: existsSync('/run/systemd/system')
      ? createSystemdBackend(runner, systemClock)
      : createSysvBackend(runner, systemClock, { isOpenrc: existsSync('/run/openrc') }),
  };
}
