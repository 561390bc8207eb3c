import type { Clock } from '../../core/ports.ts';
import { limitTime } from '../../core/waiting.ts';
import { openSyslogLine, type SyslogLine, type SyslogTarget } from './syslog-line.ts';

const SEND_TIMEOUT_MS = 30_000;

const describeLate = (): Error => new Error('it takes nothing any more');

export interface SyslogSender {
  /** Opens a line where there is none. Rejects with what the system says. */
  send(message: string): Promise<void>;
  close(): void;
}

/** Sends over one line, and over a new one when that broke. */
export function createSyslogSender(target: SyslogTarget, clock: Clock): SyslogSender {
  let line: SyslogLine | undefined;

  function close(): void {
    line?.close();
    line = undefined;
  }

  return {
    async send(message) {
      if (line?.isBroken === true) close();
      try {
        line ??= await openSyslogLine(target);
        await limitTime(clock, line.send(message), { limitMs: SEND_TIMEOUT_MS, describeLate });
      } catch (thrown) {
        close();
        throw thrown;
      }
    },
    close,
  };
}
