import type { ServiceBackend, ServiceState } from '../../../src/core/host.ts';
import type { Finished, ProcessRunner } from '../../../src/core/ports.ts';

/** Asks the init scripts, where systemd does not run. */
export function createSysvBackend(runner: ProcessRunner): ServiceBackend {
  return {
    async status(name, signal) {
      return parseSysvStatus(name, await runner.run({ file: 'service', args: [name, 'status'], signal }));
    },
  };
}

/** The exit codes of LSB init scripts: 0 running, 1 and 2 dead with something left behind, 3 stopped. 1 is also "no such service". */
export function parseSysvStatus(name: string, { exitCode, stdout, stderr }: Finished): ServiceState {
  const text = `${stdout}\n${stderr}`.trim();
  const detail = text.split('\n')[0]?.slice(0, 200) ?? '';
  if (/unrecognized service|does not exist|not found/i.test(text)) return { name, state: 'unknown', detail };
  return { name, state: readState(exitCode), detail };
}

function readState(exitCode: number | undefined): string {
  switch (exitCode) {
    case 0:
      return 'running';
    case 1:
    case 2:
      return 'failed';
    case 3:
      return 'stopped';
    default:
      return 'unknown';
  }
}
