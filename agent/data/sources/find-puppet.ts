import type { DataAnswer, DataCall } from '../../../src/core/data-functions.ts';
import type { DataBackends } from './data-backends.ts';

type Call = Pick<DataCall, 'argument' | 'fields'>;
type Backends = Pick<DataBackends, 'puppet' | 'now'>;

/** The fields of `puppet()` that the last run knows, and not the state of now. */
const LAST_RUN_FIELDS = ['lastrun', 'since_lastrun'];

/** What `puppet()` knows. */
export async function findPuppet({ fields }: Call, backends: Backends, signal: AbortSignal): Promise<DataAnswer> {
  const { puppet } = backends;
  if (puppet === undefined) return {};
  const { state, isEnabled, isApplying, isDaemonRunning, disableMessage, staleReason } = await puppet.state(signal);
  const times = LAST_RUN_FIELDS.some((field) => fields.has(field)) ? await findTimes(backends, signal) : {};
  return {
    status: state,
    enabled: isEnabled,
    disabled: !isEnabled,
    disable_message: disableMessage,
    applying: isApplying,
    idling: state === 'idling',
    daemon_present: isDaemonRunning,
    stale: staleReason !== '',
    ...times,
  };
}

async function findTimes({ puppet, now }: Backends, signal: AbortSignal): Promise<DataAnswer> {
  const run = await puppet?.lastRun(signal);
  return describeTimes(run?.at, now());
}

/** @param at seconds since the epoch; undefined: there was no run */
function describeTimes(at: number | undefined, now: number): DataAnswer {
  if (at === undefined) return {};
  return { lastrun: at, since_lastrun: Math.max(0, Math.floor(now / 1000 - at)) };
}

/** What `resource()` knows of the last run, and `resource('file[/etc/motd]')` of one of its resources. */
export async function findResource(
  { argument, fields }: Call,
  { puppet, now }: Backends,
  signal: AbortSignal,
): Promise<DataAnswer> {
  if (puppet === undefined) return {};
  const isAsked = argument !== undefined && fields.has('managed');
  const managed = isAsked ? (await puppet.managed(signal)).has(argument.toLowerCase()) : undefined;
  if ([...fields].every((field) => field === 'managed')) return { managed };
  const { at, resources, totalSeconds, retrievalSeconds, configVersion } = await puppet.lastRun(signal);
  const count = (name: string): number | undefined => (Object.hasOwn(resources, name) ? resources[name] : undefined);
  return {
    managed,
    total_resources: count('total'),
    changed_resources: count('changed'),
    failed_resources: count('failed'),
    out_of_sync_resources: count('out_of_sync'),
    total_time: totalSeconds,
    config_retrieval_time: retrievalSeconds,
    config_version: configVersion === '' ? undefined : configVersion,
    ...describeTimes(at, now()),
  };
}
