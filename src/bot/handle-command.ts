import type { CommandLine, Tell } from '../core/command.ts';
import { type McoError, toMcoError } from '../core/errors.ts';
import { EXIT, exitCodeOf, type RunReport } from '../core/report.ts';
import type { IncomingMessage, Refusal, Surface } from '../core/surface.ts';
import { normaliseChatText } from '../language/normalise-text.ts';
import { parseCommandLine } from '../language/parse-command-line.ts';
import { stripTrigger } from '../language/strip-trigger.ts';
import type { Bot } from './bot.ts';
import { headerOf } from './compose-report.ts';
import { executeRun } from './execute-run.ts';
import { planCommand } from './plan-command.ts';
import { decideRun, placeOf, startRun, worldOf } from './start-run.ts';
import { startTrail, type Trail } from './trail.ts';

/** What became of a command; exactly one of report, refusal and answer is set. */
export interface Handled {
  readonly exitCode: number;
  readonly report?: RunReport;
  readonly refusal?: Refusal;
  readonly answer?: Tell;
}

/**
 * The chat pipeline: parse, identify, decide, target, record, sign and send, collect, record, render.
 * Never throws: whatever goes wrong is shown to the requester and recorded.
 *
 * @param signal cancels: nothing further is sent, and nothing is waited for
 */
export async function handleCommand(
  bot: Bot,
  message: IncomingMessage,
  { surface, signal }: { surface: Surface; signal: AbortSignal },
): Promise<Handled> {
  const trail = startTrail(bot, message);
  try {
    const line = parse(message);
    const caller = bot.authority.identify(message.account);
    trail.know({ caller });

    const ask = planCommand(line, bot.commands, worldOf(bot, caller, placeOf(message)));
    if (ask.kind === 'tell') {
      await surface.tell(ask);
      return { exitCode: EXIT.ok, answer: ask };
    }
    const run = startRun(bot, { message, caller, line, ask });
    await decideRun(bot, run, { place: placeOf(message), trail });

    const thread = await surface.open({ state: 'discovering', header: headerOf(run), found: 0 });
    const report = await executeRun(bot, run, { thread, trail, signal });
    const recorded = await recordOutcome(report, trail);
    await thread.finish(recorded);
    return { exitCode: exitCodeOf(recorded), report: recorded };
  } catch (thrown) {
    return refuse(toMcoError(thrown), surface, trail);
  }
}

/** From what a chat sent, which is not always what was typed, to a command. */
export function parse({ text, isExact }: IncomingMessage): CommandLine {
  return parseCommandLine(isExact === true ? text : stripTrigger(normaliseChatText(text)));
}

/** Shows why nothing was done. A denial is on record already; everything else is recorded here. */
async function refuse(error: McoError, surface: Surface, trail: Trail): Promise<Handled> {
  const outcome = error.family === 'denied' ? 'DENIED' : 'NOT SENT';
  const refusal: Refusal = { outcome, error, rules: error.rules };
  if (outcome !== 'DENIED' && error.code !== 'failed/audit') {
    // Nothing was done, so a record that can't be written holds nothing up; the requester still gets the reason.
    await trail.record('refused', { code: error.code, reason: error.message }).catch(() => undefined);
  }
  await surface.refuse(refusal);
  const isOurs = error.family === 'unreachable' || error.family === 'failed' || error.family === 'bug';
  return { exitCode: isOurs ? EXIT.notSent : EXIT.refused, refusal };
}

/**
 * Before it is shown: whoever reads it may have gone. What was done is done, so a record that can't be written any more
 * does not undo the answer, but is told with it.
 */
async function recordOutcome(report: RunReport, trail: Trail): Promise<RunReport> {
  const { outcome, counts, elapsedMs, problem } = report;
  try {
    await trail.record('outcome', {
      result: outcome,
      counts,
      elapsedMs,
      code: problem?.code,
      reason: problem?.message,
    });
    return report;
  } catch (thrown) {
    return { ...report, problem: problem ?? toMcoError(thrown) };
  }
}
