import { McoError } from '../../core/errors.ts';
import type {
  PuppetBackend,
  PuppetPermits,
  PuppetReport,
  PuppetRunOptions,
  PuppetState,
} from '../../core/host/puppet-backend.ts';
import type { JobPretence } from '../../core/jobs.ts';
import type { Clock } from '../../core/ports.ts';
import { sleep } from '../../core/waiting.ts';
import { HUNG_RUN, type PuppetStory, tellPuppetStory } from './puppet-story.ts';
import { changeResource, showResource } from './simulated-resources.ts';
import { createWork } from './simulated-work.ts';
import type { VirtualHost } from './virtual-host.ts';

const INTERVAL_MS = 1_800_000;
const DAY_MS = 86_400_000;
const { pid: RUN_PID, child: CHILD_PID, command: CHILD, wchan: WCHAN } = HUNG_RUN;
const PERMITS: PuppetPermits = {
  readableTypes: ['package', 'service', 'user'],
  changeableTypes: ['service'],
  allowManaged: false,
  allowServer: false,
};

/** What became of a host's Puppet since the playground began. */
interface Past {
  disableMessage: string | undefined;
  /** The run that somebody asked for, as long as it is on. */
  runEndsAt: number | undefined;
  /** Runs that somebody asked for. */
  runs: number;
  lastRun: { readonly endedAt: number; readonly changed: number; readonly isNoop: boolean } | undefined;
}

/** The Puppet of a virtual host: its daemon runs every half hour. Changes last for as long as the playground runs. */
export function createSimulatedPuppet(host: VirtualHost, clock: Clock): PuppetBackend {
  const story = tellPuppetStory(host);
  const work = createWork(host, 'puppet calls', clock);
  const startedAt = clock.now();
  const past: Past = {
    disableMessage: story.trouble === 'disabled' ? story.disableMessage : undefined,
    runEndsAt: undefined,
    runs: 0,
    lastRun: undefined,
  };
  const self: Self = { host, story, past, startedAt, clock };
  return {
    permits: PERMITS,
    async state(signal) {
      await work(signal);
      return tellState(self);
    },
    async lastRun(signal) {
      await work(signal);
      return tellReport(self);
    },
    async managed(signal) {
      await work(signal);
      const packages = [...host.packages.keys()].map((name) => `package[${name}]`);
      return new Set(['file[/etc/motd]', 'service[sshd]', 'service[ssh]', ...packages]);
    },
    async enable(signal) {
      await work(signal);
      past.disableMessage = undefined;
    },
    async disable(message, signal) {
      await work(signal);
      past.disableMessage ??= message ?? 'reason not specified';
    },
    async planRun(options, signal) {
      await work(signal);
      return { perform: (until) => perform(self, options, until) };
    },
    planWait: () => ({
      async perform(signal) {
        await sleepOrDie(self, Math.max(0, (runEnd(self) ?? 0) - clock.now()), signal);
        return { exitCode: 0 };
      },
    }),
    async resource(wanted, signal) {
      await work(signal);
      return showResource(host, wanted);
    },
    async planChange(wanted, properties, { isNoop, signal }) {
      await work(signal);
      return {
        perform: async () => ({ exitCode: 0, stdout: changeResource(host, wanted, { properties, isNoop }) }),
      };
    },
  };
}

interface Self {
  readonly host: VirtualHost;
  readonly story: PuppetStory;
  readonly past: Past;
  readonly startedAt: number;
  readonly clock: Clock;
}

async function perform(
  self: Self,
  { isNoop }: PuppetRunOptions,
  signal: AbortSignal,
): ReturnType<JobPretence['perform']> {
  const { past, story, clock } = self;
  if (past.disableMessage !== undefined) return { exitCode: 1, stdout: describeDisabled(past.disableMessage) };
  const changed = story.changes[past.runs % story.changes.length] ?? 0;
  past.runEndsAt = clock.now() + story.runMs;
  try {
    await sleepOrDie(self, story.runMs, signal);
  } finally {
    past.runEndsAt = undefined;
  }
  if (!isNoop) past.runs += 1;
  past.lastRun = { endedAt: clock.now(), changed, isNoop };
  const exitCode = (isNoop || changed === 0 ? 0 : 2) + (story.failure === undefined ? 0 : 4);
  return { exitCode, stdout: `Notice: Applied catalog in ${(story.runMs / 1000).toFixed(2)} seconds\n` };
}

const describeDisabled = (message: string): string =>
  `Notice: Skipping run of Puppet configuration client; administratively disabled (Reason: '${message}');\n`;

/** When the run that is on ends, ms since the epoch; undefined: none is on. */
function runEnd({ past, story, clock, ...self }: Self): number | undefined {
  if (past.runEndsAt !== undefined) return past.runEndsAt;
  const sinceStart = (clock.now() - story.offsetMs) % INTERVAL_MS;
  const isOn = hasDaemon({ past, story, clock, ...self }) && sinceStart < story.daemonRunMs;
  return isOn ? clock.now() - sinceStart + story.daemonRunMs : undefined;
}

/** Whether the daemon runs Puppet every half hour, as it should. */
const hasDaemon = ({ host, story, past }: Self): boolean =>
  host.services.get('puppet')?.state === 'running' &&
  past.disableMessage === undefined &&
  (story.trouble === 'none' || story.trouble === 'disabled' || past.lastRun !== undefined);

function tellState(self: Self): PuppetState {
  const { host, story, past, clock } = self;
  const isDaemonRunning = host.services.get('puppet')?.state === 'running';
  // A run that somebody asked for puts right what a crashed one left; one that hangs stays.
  const isHung = story.trouble === 'hung';
  const isCrashed = story.trouble === 'crashed' && past.lastRun === undefined;
  const isApplying = isHung || runEnd(self) !== undefined;
  const isEnabled = past.disableMessage === undefined;
  const running = isHung ? 'hung' : isApplying ? 'applying' : isCrashed ? 'crashed' : undefined;
  const state = isEnabled ? (running ?? (isDaemonRunning ? 'idling' : 'stopped')) : 'disabled';
  const lastAgeMs = clock.now() - lastRunAt(self);
  const days = Math.floor(lastAgeMs / DAY_MS);
  const reasons = [
    isHung &&
      `a run hangs: process ${RUN_PID}, in its child ${CHILD_PID} (${CHILD}), stuck in the kernel (${WCHAN}), and nothing can end it`,
    isCrashed && `a run left its lock behind: process ${RUN_PID} is gone`,
    !isApplying &&
      days >= 1 &&
      `its last run ended ${days} days ago${isEnabled ? '' : `: it is disabled (${past.disableMessage})`}`,
  ];
  return {
    state,
    isEnabled,
    disableMessage: past.disableMessage ?? '',
    isApplying,
    isDaemonRunning,
    staleReason: reasons.find((reason) => reason !== false) ?? '',
    runPid: isApplying ? RUN_PID : undefined,
  };
}

/** The daemon's last run, or a later one that somebody asked for. */
function lastRunAt({ past, story, clock, startedAt, ...self }: Self): number {
  const asked = past.lastRun?.endedAt ?? 0;
  const troubled = { none: 0, disabled: 5, hung: 2, crashed: 1, outdated: 9 }[story.trouble] * DAY_MS;
  if (!hasDaemon({ past, story, clock, startedAt, ...self }))
    return Math.max(asked, startedAt - troubled - story.offsetMs);
  const started = clock.now() - ((clock.now() - story.offsetMs) % INTERVAL_MS);
  const ended = started + story.daemonRunMs;
  return Math.max(asked, ended <= clock.now() ? ended : ended - INTERVAL_MS);
}

function tellReport(self: Self): PuppetReport {
  const { story, past, startedAt } = self;
  const endedAt = lastRunAt(self);
  const asked = past.lastRun?.endedAt === endedAt ? past.lastRun : undefined;
  const { changed: outOfSync, isNoop } = asked ?? { changed: 0, isNoop: false };
  const changed = isNoop ? 0 : outOfSync;
  const failed = story.failure === undefined ? 0 : 1;
  return {
    at: Math.floor(endedAt / 1000),
    result: failed > 0 ? 'failed' : changed > 0 ? 'changed' : 'unchanged',
    configVersion: String(Math.floor(startedAt / 1000)),
    isFromCache: false,
    resources: {
      total: story.totalResources,
      changed,
      failed,
      out_of_sync: outOfSync + failed,
      skipped: failed * 3,
      corrective_change: 0,
    },
    totalSeconds: (asked === undefined ? story.daemonRunMs : story.runMs) / 1000,
    retrievalSeconds: story.runMs / 4000,
    writtenAt: endedAt,
    isComplete: true,
    isNoop,
    failures: story.failure === undefined ? [] : [story.failure],
    errors: [],
  };
}

async function sleepOrDie({ clock }: Self, delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(clock, delayMs, signal);
  if (signal.aborted) throw new McoError('failed/killed', 'the run was ended');
}
