import type { ServiceState } from '../../../src/core/host/service-backend.ts';

/** Types of units (systemd.unit(5)) that are changed, and those that are not: to start a target may end everything else. */
const OPEN_TYPES = /\.(?:service|socket|timer)$/;
const CLOSED_TYPES = /\.(?:target|scope|slice|mount|automount|swap|device|path|snapshot|busname)$/;

/** To start them, or for an init script to stop them, takes the machine down, or leaves little of it (systemd.special(7)). */
const ENDING = new Set([
  ...['reboot', 'poweroff', 'halt', 'kexec', 'soft-reboot', 'exit', 'shutdown', 'sleep', 'suspend', 'hibernate'],
  ...['hybrid-sleep', 'suspend-then-hibernate', 'hibernate-resume', 'factory-reset', 'emergency', 'rescue'],
  ...['initrd-switch-root', 'initrd-cleanup', 'initrd-parse-etc', 'initrd-udevadm-cleanup-db'],
  ...['rc', 'rcS', 'single', 'killall', 'killprocs', 'sendsigs', 'umountfs', 'umountroot'],
]);

/**
 * Why no action changes this one, whoever asks; undefined: it may be changed. What an administrator's own service does to
 * the machine is not known, other than by what systemd is to do after it.
 *
 * @param successAction what systemd does when it is done, as `systemctl show` tells it (systemd.unit(5))
 */
export function whyUntouchable(name: string, successAction = ''): string | undefined {
  if (CLOSED_TYPES.test(name)) return 'only services, sockets and timers are changed';
  // `systemd-reboot@x.service` is `reboot` too.
  const kind = name
    .replace(OPEN_TYPES, '')
    .replace(/@.*$/, '')
    .replace(/^systemd-/, '');
  const isEnding = ENDING.has(kind) || !['', 'none'].includes(successAction);
  return isEnding ? 'that would end the machine, or put it to sleep' : undefined;
}

/** Refuses every change, for one reason. */
export const refuseAll = (why: string): NonNullable<ServiceState['refuses']> => ({
  start: why,
  stop: why,
  restart: why,
  reload: why,
  enable: why,
  disable: why,
});
