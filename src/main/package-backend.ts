import { existsSync } from 'node:fs';
import { createAptManager } from '../../agent/plugins/package/apt.ts';
import { createDnfManager } from '../../agent/plugins/package/dnf.ts';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { createNoPackages } from '../../agent/plugins/package/no-packages.ts';
import { createRpmBackend } from '../../agent/plugins/package/rpm.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import type { PackageBackend } from '../core/host/package-backend.ts';
import type { ProcessRunner } from '../core/ports.ts';
import type { PackageConfig } from './package-config.ts';

/** This machine's packages, by its database and the tools that it has. */
export function openPackages(runner: ProcessRunner, settings: PackageConfig = { environment: {} }): PackageBackend {
  const { environment } = settings;
  switch (settings.manager ?? findManager()) {
    case 'apt':
      return { ...createDpkgBackend(runner, { environment }), manager: createAptManager(runner, environment) };
    case 'dnf':
      return openRpm(runner, settings);
    default:
      return createNoPackages();
  }
}

function openRpm(runner: ProcessRunner, { environment, root, config }: PackageConfig): PackageBackend {
  const rpm = createRpmBackend(runner, { root, environment });
  const program = existsSync('/usr/bin/dnf') ? 'dnf' : 'yum';
  const { list } = rpm;
  return {
    ...rpm,
    manager: createDnfManager(runner, { program, clock: systemClock, config, root, environment, list }),
  };
}

/** By the database, not the program: rpm is often installed on Debian, and dpkg on Red Hat. */
function findManager(): PackageConfig['manager'] {
  if (existsSync('/var/lib/dpkg/status')) return 'apt';
  return existsSync('/usr/bin/rpm') || existsSync('/bin/rpm') ? 'dnf' : undefined;
}
