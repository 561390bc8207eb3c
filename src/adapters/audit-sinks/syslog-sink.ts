import { hostname } from 'node:os';
import type { ChainedRecord } from '../../core/audit-trail.ts';
import { createBackoff } from '../../core/backoff.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { waitAtMost } from '../../core/waiting.ts';
import { formatSyslogMessage } from './syslog-message.ts';
import { createSyslogSender } from './syslog-sender.ts';
import { createWaitingList } from './waiting-list.ts';

/** A datagram that is not cut on its way by receivers of default settings. */
const MAX_BYTES = { udp: 8192, tcp: 65_536 } as const;
const CLOSE_TIMEOUT_MS = 2000;
/** A server that is away for long is told of again after this time. */
const TELL_EVERY_MS = 10 * 60_000;

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp';
  readonly clock: Clock;
  onProblem(problem: McoError): void;
  /** Uniform in [0, 1). Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

export interface SyslogSink {
  take(record: ChainedRecord): void;
  /** Records that did not fit into what waits, or that the server refused. */
  readonly lost: number;
  /** Sends what waits if that works at once, then gives up. */
  close(): Promise<void>;
}

/**
 * Sends each record to a syslog server (RFC 5424), in order, and tries again for as long as it has room for what waits.
 * It is a copy: the trail has everything.
 */
export function createSyslogSink(options: SyslogOptions): SyslogSink {
  const { protocol, clock, random = Math.random } = options;
  const origin = { hostname: hostname(), pid: process.pid };
  const backoff = createBackoff(random);
  const waiting = createWaitingList();
  const tell = createTeller(options);
  const sender = createSyslogSender({ ...options, onBreak: noteBreak }, clock);
  let lost = 0;
  let pumping: Promise<void> | undefined;
  let isClosing = false;
  let wake: () => void = () => {};

  /** A datagram that was on its way when this came is lost. */
  function noteBreak(error: Error): void {
    if (protocol === 'udp') lost += 1;
    if (!isClosing) tell(error, lost);
  }

  async function pump(): Promise<void> {
    for (let next = waiting.first(); next !== undefined; next = waiting.first()) {
      try {
        await sender.send(next);
        waiting.dropFirst();
        backoff.reset();
      } catch (thrown) {
        tell(thrown, lost);
        if (isClosing) break;
        await pause(backoff.nextDelayMs());
      }
    }
    pumping = undefined;
  }

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(delayMs, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  return {
    get lost() {
      return lost;
    },
    take(record) {
      if (!isClosing && waiting.add(formatSyslogMessage(record, origin, MAX_BYTES[protocol]))) {
        pumping ??= pump();
        return;
      }
      lost += 1;
      if (!isClosing) tell(new Error('it does not keep up'), lost);
    },
    async close() {
      isClosing = true;
      wake();
      await waitAtMost(clock, CLOSE_TIMEOUT_MS, pumping ?? Promise.resolve());
      lost += waiting.clear();
      sender.close();
    },
  };
}

/** Tells of a server that is away, but not with every record. */
function createTeller({ host, port, protocol, clock, onProblem }: SyslogOptions) {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (cause: unknown, lost: number): void => {
    const now = clock.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `the syslog server ${host}:${port} (${protocol}) does not take records: ${why}`;
    const hint = `${lost} records did not get there so far; all of them are in the trail`;
    onProblem(new McoError('unreachable/syslog', message, { hint, cause }));
  };
}
