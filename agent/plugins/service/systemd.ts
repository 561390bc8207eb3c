import { McoError } from '../../../src/core/errors.ts';
import type { ServiceBackend, ServiceState } from '../../../src/core/host.ts';
import type { ProcessRunner } from '../../../src/core/ports.ts';

const PROPERTIES = ['LoadState', 'ActiveState', 'SubState'];

/** Asks systemd. Only where it runs (`/run/systemd/system` is there): in a plain chroot systemctl does nothing and says that all is well. */
export function createSystemdBackend(runner: ProcessRunner): ServiceBackend {
  return {
    async status(name, signal) {
      const args = ['show', `--property=${PROPERTIES.join(',')}`, '--', name];
      const { exitCode, stdout, stderr } = await runner.run({ file: 'systemctl', args, signal });
      if (exitCode === 0) return parseSystemdStatus(name, stdout);
      throw new McoError('failed/systemctl', `systemctl failed: ${stderr.trim().split('\n')[0]?.slice(0, 300) ?? ''}`);
    },
  };
}

/** `Key=Value` lines, in an order of systemd's own. An unknown unit is no error to systemctl. */
export function parseSystemdStatus(name: string, stdout: string): ServiceState {
  const properties = new Map(
    stdout.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const load = properties.get('LoadState') ?? '';
  const active = properties.get('ActiveState') ?? '';
  const sub = properties.get('SubState') ?? '';
  if (active === '') throw new McoError('failed/systemctl', 'systemctl did not tell the state');
  if (load === 'not-found' && active === 'inactive') return { name, state: 'unknown', detail: 'no such service' };
  return { name, state: readState(active, sub), detail: `${active} (${sub})` };
}

function readState(active: string, sub: string): string {
  if (active === 'failed' || sub === 'auto-restart') return 'failed';
  return active === 'active' || active === 'reloading' || active === 'refreshing' ? 'running' : 'stopped';
}
