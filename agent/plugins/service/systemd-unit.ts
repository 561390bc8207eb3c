import { McoError } from '../../../src/core/errors.ts';
import type { ServiceState, ServiceVerb } from '../../../src/core/host/service-backend.ts';
import { refuseAll, whyUntouchable } from './why-untouchable.ts';

export const UNIT_PROPERTIES = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'Type',
  'Result',
  'ExecMainStatus',
  'NRestarts',
  'CanReload',
  'SuccessAction',
] as const;

/** A unit as `systemctl show` tells it. */
export interface SystemdUnit extends ServiceState {
  /** The full name, `cron.service`. */
  readonly id: string;
  /** Empty for what is no service: a socket, a timer, a target. */
  readonly type: string;
  /** How often systemd started it again by itself since it was last started by somebody. */
  readonly restarts: number;
  /** An init script that systemd made a unit of: whether it is enabled stands elsewhere. */
  readonly isGenerated: boolean;
}

/** `Key=Value` lines, in an order of systemd's own. An unknown unit is no error to systemctl. */
export function parseSystemdUnit(name: string, stdout: string): SystemdUnit {
  const properties = new Map(
    stdout.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const get = (property: (typeof UNIT_PROPERTIES)[number]): string => properties.get(property) ?? '';
  const load = get('LoadState');
  const active = get('ActiveState');
  if (active === '') throw new McoError('failed/service', 'systemctl did not tell the state');
  const unit = {
    id: get('Id') || name,
    type: get('Type'),
    restarts: Number.parseInt(get('NRestarts'), 10) || 0,
    isGenerated: get('UnitFileState') === 'generated',
  };
  if (load === 'not-found' && active === 'inactive') {
    return { ...unit, name, state: 'unknown', detail: 'no such service', isMissing: true };
  }
  const state = readState(active, get('SubState'));
  const untouchable = whyUntouchable(unit.id, get('SuccessAction')) ?? whyUntouchable(name);
  return {
    ...unit,
    name,
    state,
    detail: describeState(active, get),
    enabled: readEnabled(get('UnitFileState')),
    endsByItself: get('Type') === 'oneshot',
    refuses:
      untouchable === undefined
        ? listRefusals({ load, state, fileState: get('UnitFileState'), canReload: get('CanReload') })
        : refuseAll(untouchable),
  };
}

function readState(active: string, sub: string): string {
  if (active === 'failed' || sub === 'auto-restart') return 'failed';
  return active === 'active' || active === 'reloading' || active === 'refreshing' ? 'running' : 'stopped';
}

function describeState(active: string, get: (property: 'SubState' | 'Result' | 'ExecMainStatus') => string): string {
  if (active !== 'failed') return `${active} (${get('SubState')})`;
  const result = get('Result') || 'failed';
  return result === 'exit-code' || result === 'signal'
    ? `failed (${result} ${get('ExecMainStatus')})`
    : `failed (${result})`;
}

/** The words of `systemctl is-enabled` (systemctl(1)). Static, indirect and generated units are neither. */
export function readEnabled(fileState: string): boolean | undefined {
  if (/^(?:enabled|enabled-runtime|alias)$/.test(fileState)) return true;
  return /^(?:disabled|masked|masked-runtime)$/.test(fileState) ? false : undefined;
}

interface UnitFigures {
  readonly load: string;
  readonly state: string;
  readonly fileState: string;
  readonly canReload: string;
}

/** What systemctl refuses, or does nothing about and exits with 0. */
function listRefusals({ load, state, fileState, canReload }: UnitFigures): ServiceState['refuses'] {
  const refuses: Partial<Record<ServiceVerb, string>> = {};
  if (fileState === 'static' || fileState === 'transient') {
    refuses.enable = refuses.disable = `it is ${fileState}: others start it, not the machine's start`;
  }
  if (state !== 'running') refuses.reload = 'it does not run';
  else if (canReload === 'no') refuses.reload = 'it can only be restarted';
  if (load === 'masked') refuses.start = refuses.restart = refuses.reload = refuses.enable = 'it is masked';
  return refuses;
}
