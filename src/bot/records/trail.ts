import type { AuditRecord } from '../../core/audit.ts';
import { boundRecord } from '../../core/bound-record.ts';
import { McoError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { IncomingMessage } from '../../core/surface.ts';
import { normaliseChatText } from '../../language/normalise-text.ts';
import type { Bot } from '../bot.ts';
import { createTypedMask, type TypedMask } from './mask-typed.ts';

/** Enough to recognise a command by that came to nothing. */
const SHORT_LENGTH = 400;

/** Of a node's own words. */
const REASON_LENGTH = 500;

/** Writes the audit records of one command: what all of them share is said once. */
export interface Trail {
  /**
   * Records keep the order in which they are handed over: one that is on disk tells that those before it are too.
   *
   * @throws McoError `failed/audit`; the caller must not go on then
   */
  record(event: AuditRecord['event'], details: Partial<AuditRecord>): Promise<void>;
  /** What later records shall repeat. */
  know(details: Partial<AuditRecord>): void;
  /** An error about the command, without the secrets that it may quote. */
  hideSecrets(error: McoError): McoError;
}

export function startTrail(bot: Bot, message: IncomingMessage): Trail {
  // Made anew for each error: the command itself may have taught the bot what is a secret in it.
  const makeMask = (): TypedMask => createTypedMask(bot.agents, bot.registry && knownWords(bot));
  const mask = makeMask();
  // A command over the limit is refused by the parser; its beginning is enough to recognise it by.
  const typed = message.text.slice(0, LIMITS.commandLength);
  // INVARIANT: no secret is on record, also before it is known which action it is for.
  const command = maskCommand(mask, message.isExact === true ? typed : normaliseChatText(typed), typed);
  const hide = command === typed ? (text: string) => text : hideWith(mask, typed);
  let known: Partial<AuditRecord> = { caller: message.account, origin: message.origin, command };
  return {
    know(details) {
      known = { ...known, ...details };
    },
    hideSecrets: (error) => makeMask().hideInError(error, typed),
    async record(event, details) {
      const at = new Date(bot.clock.now()).toISOString();
      const told = event === 'answered' ? { ...details, reason: shorten(details.reason, hide) } : details;
      const record = { at, by: bot.auditName, event, ...selectKnown(event, known), ...told };
      await bot.audit.append(boundRecord(record, bot.hash));
    },
  };
}

function knownWords({ commands, agents }: Bot): (word: string) => boolean {
  const words = new Set([...commands.map(({ name }) => name), ...agents.map(({ agent }) => agent)]);
  return (word) => words.has(word);
}

/** What a record of this kind repeats: thousands of answers do not say the command again. */
function selectKnown(event: AuditRecord['event'], known: Partial<AuditRecord>): Partial<AuditRecord> {
  const { run, caller, action, command } = known;
  if (event === 'answered') return { run, caller, action };
  return event === 'received' || event === 'refused' ? { ...known, command: command?.slice(0, SHORT_LENGTH) } : known;
}

const hideWith =
  (mask: TypedMask, typed: string) =>
  (text: string): string =>
    mask.hideInError(new McoError('failed/node', text), typed).message;

/** INVARIANT: what a node says may quote the secret that it was told. */
function shorten(reason: string | undefined, hide: (text: string) => string): string | undefined {
  return reason === undefined || reason === '' ? undefined : hide(reason).slice(0, REASON_LENGTH);
}

/** As it was typed where nothing has to be hidden: what a chat made of it may matter later. */
function maskCommand({ hideIn }: TypedMask, read: string, typed: string): string {
  const masked = hideIn(read);
  return masked === read ? hideIn(typed) : masked;
}
