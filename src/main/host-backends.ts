import { existsSync } from 'node:fs';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { createNoPackages } from '../../agent/plugins/package/no-packages.ts';
import { createRpmBackend } from '../../agent/plugins/package/rpm.ts';
import { createSystemdBackend } from '../../agent/plugins/service/systemd.ts';
import { createSysvBackend } from '../../agent/plugins/service/sysv.ts';
import { createProcessRunner } from '../adapters/exec/process-runner.ts';
import type { PackageBackend, ServiceBackend } from '../core/host.ts';
import type { ProcessRunner } from '../core/ports.ts';

/** What this machine has for its agents to work with. */
export function createHostBackends(): { readonly packages: PackageBackend; readonly services: ServiceBackend } {
  const runner = createProcessRunner();
  return {
    packages: choosePackages(runner),
    services: existsSync('/run/systemd/system') ? createSystemdBackend(runner) : createSysvBackend(runner),
  };
}

/** By the database, not the program: rpm is often installed on Debian, and dpkg on Red Hat. */
function choosePackages(runner: ProcessRunner): PackageBackend {
  if (existsSync('/var/lib/dpkg/status')) return createDpkgBackend(runner);
  return existsSync('/usr/bin/rpm') || existsSync('/bin/rpm') ? createRpmBackend(runner) : createNoPackages();
}
