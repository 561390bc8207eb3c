import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Runnable processes, mean of the last minute, before the benches began: above 0 somebody else is at work. */
  readonly loadBefore: number;
  readonly node: string;
  readonly openssl: string;
  readonly activemq: string;
  /** With the arguments as they were given. */
  readonly commandLine: string;
}

export function describeMachine(argv: readonly string[]): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    node: process.version,
    openssl: process.versions.openssl,
    activemq: findActivemqVersion(),
    commandLine: ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '),
  };
}

function findActivemqVersion(): string {
  if (!existsSync('/usr/share/activemq')) return 'none';
  try {
    const query = ['-W', `-f=\${Version}`, 'activemq'];
    return execFileSync('dpkg-query', query, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return 'unknown';
  }
}
