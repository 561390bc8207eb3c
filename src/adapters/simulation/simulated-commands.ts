import type { JobCommand, JobPretence } from '../../core/jobs.ts';
import type { Clock } from '../../core/ports.ts';
import { sleep } from '../../core/waiting.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

const NOT_FOUND = 127;
const MAX_SLEEP_S = 3600;

type Said = { readonly exitCode: number; readonly stdout: string };

/** A few programs as a virtual host would run them; nothing is started. */
export function createSimulatedCommands(host: VirtualHost, clock: Clock): (command: JobCommand) => JobPretence {
  const work = createWork(host, 'commands', clock);
  return ({ file, args }) => ({
    async perform(signal) {
      await work(signal);
      const name = file.slice(file.lastIndexOf('/') + 1);
      if (name === 'sleep') await sleep(clock, readSeconds(args[0]) * 1000, signal);
      return say(host, name, args);
    },
  });
}

function say({ identity, facts }: VirtualHost, name: string, args: readonly string[]): Said {
  const tell = (text: string): Said => ({ exitCode: 0, stdout: `${text}\n` });
  const fact = (key: string): string => (typeof facts[key] === 'string' ? facts[key] : '');
  switch (name) {
    case 'sleep':
    case 'true':
      return { exitCode: 0, stdout: '' };
    case 'false':
      return { exitCode: 1, stdout: '' };
    case 'echo':
      return tell(args.join(' '));
    case 'hostname':
      return tell(identity);
    case 'id':
      return tell('uid=0(root) gid=0(root) groups=0(root)');
    case 'uname':
      return tell(
        args.length === 0 ? 'Linux' : `Linux ${identity} ${fact('kernelrelease')} ${fact('architecture')} GNU/Linux`,
      );
    case 'uptime':
      return tell(`up ${fact('uptime_days')} days, 1 user`);
    default:
      return {
        exitCode: NOT_FOUND,
        stdout: `${name}: the machines of the playground only pretend; they know no such program\n`,
      };
  }
}

function readSeconds(text = ''): number {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, MAX_SLEEP_S) : 0;
}
