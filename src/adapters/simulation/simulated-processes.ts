import type { ProcessBackend, ProcessState } from '../../core/host/process-backend.ts';
import type { Clock } from '../../core/ports.ts';
import { HUNG_RUN, tellPuppetStory } from './puppet-story.ts';
import { between, createRandom } from './seeded-random.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

/** What every machine runs, with its usual memory (kB). */
const ALWAYS: readonly (readonly [name: string, args: string, memoryKb: number])[] = [
  ['systemd', '/sbin/init', 12_000],
  ['kthreadd', '[kthreadd]', 0],
  ['systemd-journald', '/lib/systemd/systemd-journald', 25_000],
  ['agetty', '/sbin/agetty -o -p -- \\u --noclear tty1 linux', 2000],
  ['node', '/usr/bin/node /opt/mcobot/dist/src/main/agent.js', 80_000],
];
const WORKERS = 4;

/** The processes of a virtual host: what every machine runs, and several for each service that runs. */
export function createSimulatedProcesses(host: VirtualHost, clock: Clock): ProcessBackend {
  const work = createWork(host, 'process calls', clock);
  return {
    async list(withArgs, signal) {
      await work(signal);
      return { processes: describeProcesses(host, withArgs), hasArgs: withArgs };
    },
    abandoned: () => 0,
  };
}

function describeProcesses(host: VirtualHost, withArgs: boolean): readonly ProcessState[] {
  const random = createRandom(`${host.identity} processes`);
  let pid = 0;
  const add = (name: string, args: string, { user, memoryKb }: { user: string; memoryKb: number }): ProcessState => ({
    pid: ++pid,
    ppid: pid === 1 ? 0 : 1,
    user,
    state: 'S',
    memoryKb: Math.round(memoryKb * (0.8 + random() * 0.4)),
    cpuPercent: Math.round(random() * 20) / 10,
    ageSeconds: between(random, 3600, 400 * 86_400),
    wchan: 'do_epoll_wait',
    command: withArgs ? args : name,
  });
  const base = ALWAYS.map(([name, args, memoryKb]) => add(name, args, { user: 'root', memoryKb }));
  const running = [...host.services.values()].filter(({ state }) => state === 'running');
  const workers = running.flatMap(({ name }) =>
    Array.from({ length: between(random, 1, WORKERS) }, () =>
      add(name, `/usr/sbin/${name}`, {
        user: name === 'sshd' ? 'root' : name,
        memoryKb: between(random, 4, 400) * 1000,
      }),
    ),
  );
  return [...base, ...workers, ...describeHungRun(host, withArgs)];
}

/** Where a Puppet run hangs, it and what it hangs on. */
function describeHungRun(host: VirtualHost, withArgs: boolean): readonly ProcessState[] {
  if (tellPuppetStory(host).trouble !== 'hung') return [];
  const { pid, child, command, wchan } = HUNG_RUN;
  const common = { user: 'root', cpuPercent: 0, ageSeconds: 3 * 3600 };
  const run = withArgs ? '/usr/bin/ruby /usr/bin/puppet agent --onetime --no-daemonize' : 'puppet';
  return [
    { ...common, pid, ppid: 1, state: 'S', memoryKb: 109_000, wchan: 'do_wait', command: run },
    {
      ...common,
      pid: child,
      ppid: pid,
      state: 'D',
      memoryKb: 1900,
      wchan,
      command: withArgs ? `${command} -P` : command,
    },
  ];
}
