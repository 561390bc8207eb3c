import type { AuditRecord } from '../core/audit.ts';
import type { IncomingMessage } from '../core/surface.ts';
import type { Bot } from './bot.ts';

/** Writes the audit records of one command: what all of them share is said once. */
export interface Trail {
  /** @throws McoError `failed/audit`; the caller must not go on then */
  record(event: AuditRecord['event'], details: Partial<AuditRecord>): Promise<void>;
  /** What later records shall repeat. */
  know(details: Partial<AuditRecord>): void;
}

export function startTrail(bot: Bot, message: IncomingMessage): Trail {
  // A command over the limit is refused by the parser; its beginning is enough to recognise it by.
  const command = message.text.slice(0, 4000);
  let known: Partial<AuditRecord> = { caller: message.account, origin: message.origin, command };
  return {
    know(details) {
      known = { ...known, ...details };
    },
    async record(event, details) {
      const at = new Date(bot.clock.now()).toISOString();
      await bot.audit.append({ at, by: bot.auditName, event, ...known, ...details });
    },
  };
}
