import { AGENT_DESCRIPTIONS } from '../../agent/plugins/index.ts';
import { COMMANDS } from '../../commands/index.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import type { Authority, Bot } from '../bot/bot.ts';
import { createCollector } from '../bot/collector.ts';
import { replyDestination } from '../core/destinations.ts';
import type { McoError } from '../core/errors.ts';
import type { AuditLog, Bus, Verifier } from '../core/ports.ts';
import { createRefusalRecorder } from '../core/refusal-recorder.ts';

export interface BotParts {
  /** `bot:NAME` or `client:NAME`. */
  readonly auditName: string;
  /** One segment of the reply queue's name; no two running bots may share it. */
  readonly name: string;
  /** The first is the one that commands without `-T` go to. */
  readonly collectives: readonly string[];
  readonly authority: Authority;
  readonly signers: Bot['signers'];
  /** Over `known_hosts`. */
  readonly verifier: Verifier;
  readonly bus: Bus;
  readonly audit: AuditLog;
  onProblem(problem: McoError): void;
}

/** A bot that listens on its reply queues. `close` ends that and writes what was left to record. */
export async function createBot(parts: BotParts): Promise<Bot & { close(): Promise<void> }> {
  const { auditName, name, collectives, audit, bus, onProblem } = parts;
  const clock = systemClock;
  const stamp = () => ({ at: new Date(clock.now()).toISOString(), by: auditName });
  await audit.append({ ...stamp(), event: 'started' });

  const refusals = createRefusalRecorder({ audit, clock, onProblem });
  const collector = createCollector(parts.verifier, ({ error, sender, request }) => {
    const event = sender === undefined ? 'refused' : 'unexpected';
    refusals.record({ ...stamp(), event, code: error.code, reason: error.message, request, signer: sender });
  });
  const unsubscribe = collectives.map((collective) =>
    bus.subscribe(replyDestination(collective, name), collector.receive),
  );
  return {
    ...parts,
    clock,
    newId: newUuid,
    collective: collectives[0] ?? 'mcollective',
    collector,
    commands: COMMANDS,
    agents: AGENT_DESCRIPTIONS,
    replyTo: (collective) => replyDestination(collective, name),
    async close() {
      for (const leave of unsubscribe) leave();
      await refusals.flush();
      await audit.append({ ...stamp(), event: 'stopped' });
    },
  };
}
