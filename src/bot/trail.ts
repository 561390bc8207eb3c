import type { AuditRecord } from '../core/audit.ts';
import type { McoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { normaliseChatText } from '../language/normalise-text.ts';
import type { Bot } from './bot.ts';
import { createTypedMask, type TypedMask } from './mask-typed.ts';

/** Enough to recognise a command by that came to nothing. */
const REFUSED_LENGTH = 400;

/** Writes the audit records of one command: what all of them share is said once. */
export interface Trail {
  /** @throws McoError `failed/audit`; the caller must not go on then */
  record(event: AuditRecord['event'], details: Partial<AuditRecord>): Promise<void>;
  /** What later records shall repeat. */
  know(details: Partial<AuditRecord>): void;
  /** An error about the command, without the secrets that it may quote. */
  hideSecrets(error: McoError): McoError;
}

export function startTrail(bot: Bot, message: IncomingMessage): Trail {
  const mask = createTypedMask(bot.agents);
  // A command over the limit is refused by the parser; its beginning is enough to recognise it by.
  const typed = message.text.slice(0, LIMITS.commandLength);
  // INVARIANT: no secret is on record, also before it is known which action it is for.
  const command = maskCommand(mask, message.isExact === true ? typed : normaliseChatText(typed), typed);
  let known: Partial<AuditRecord> = { caller: message.account, origin: message.origin, command };
  return {
    know(details) {
      known = { ...known, ...details };
    },
    hideSecrets: (error) => mask.hideInError(error, typed),
    async record(event, details) {
      const at = new Date(bot.clock.now()).toISOString();
      const short = event === 'refused' ? { command: known.command?.slice(0, REFUSED_LENGTH) } : {};
      await bot.audit.append({ at, by: bot.auditName, event, ...known, ...short, ...details });
    },
  };
}

/** As it was typed where nothing has to be hidden: what a chat made of it may matter later. */
function maskCommand({ hideIn }: TypedMask, read: string, typed: string): string {
  const masked = hideIn(read);
  return masked === read ? hideIn(typed) : masked;
}
