import type { PuppetRunOptions } from '../../../src/core/host/puppet-backend.ts';
import type { JobCommand } from '../../../src/core/jobs.ts';

/** The command line of one run; see `puppet agent --help` for the options. */
export function planRun(command: string, confdir: readonly string[], options: PuppetRunOptions): JobCommand {
  const args = [
    'agent',
    ...confdir,
    '--onetime',
    '--no-daemonize',
    '--color=false',
    '--verbose',
    '--detailed-exitcodes',
  ];
  // Without a certificate it would wait for one to be signed, for ever.
  args.push('--waitforcert=0', options.splay ? '--splay' : '--no-splay');
  if (options.isNoop) args.push('--noop');
  else if (options.isNoopRefused === true) args.push('--no-noop');
  if (options.ignoreSchedules === true) args.push('--ignoreschedules');
  if (options.useCachedCatalog !== undefined) {
    args.push(options.useCachedCatalog ? '--use_cached_catalog' : '--no-use_cached_catalog');
  }
  // INVARIANT: what was typed is behind an equals sign, so it is never an option of its own.
  if (options.tags !== undefined) args.push(`--tags=${options.tags}`);
  if (options.skipTags !== undefined) args.push(`--skip_tags=${options.skipTags}`);
  if (options.environment !== undefined) args.push(`--environment=${options.environment}`);
  if (options.server !== undefined) {
    const [host = '', port] = options.server.split(':');
    args.push(`--server=${host}`);
    if (port !== undefined) args.push(`--masterport=${port}`);
  }
  return { file: command, args, dangerOfKill: 'a run that is killed leaves its lock, and half of its work' };
}
