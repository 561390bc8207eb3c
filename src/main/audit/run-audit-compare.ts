import { userInfo } from 'node:os';
import { newUuid } from '../../adapters/clock/new-uuid.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { CONSOLE_TRAITS } from '../../adapters/console/console-chat.ts';
import { createKnownHosts } from '../../adapters/ssh/known-hosts-verifier.ts';
import { createStompBus } from '../../adapters/stomp/stomp-bus.ts';
import { openAuditTrail } from '../../adapters/store/audit/open-audit-trail.ts';
import { openStore } from '../../adapters/store/open-store.ts';
import { findAsker, worldOf } from '../../bot/asker.ts';
import type { Bot } from '../../bot/bot.ts';
import { compareRun } from '../../bot/control/compare-audit.ts';
import type { Comparison } from '../../bot/control/compare-stories.ts';
import { describeComparison } from '../../bot/control/describe-comparison.ts';
import { requireOwnRight } from '../../bot/control/require-own-right.ts';
import { SILENT_SURFACE } from '../../bot/control/silent-surface.ts';
import { planCommand } from '../../bot/plan-command.ts';
import { startTrail } from '../../bot/records/trail.ts';
import { McoError } from '../../core/errors.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import { quoteWord } from '../../language/quote-word.ts';
import { drawTellCards } from '../../render/draw-tell-cards.ts';
import { renderCardText } from '../../render/render-card-text.ts';
import type { BotConfig } from '../bot-config.ts';
import { readBrokerOptions } from '../broker-config.ts';
import { createBot } from '../create-bot.ts';
import { openSigner } from '../key-config.ts';
import type { Config } from '../load-config.ts';
import { logProblem, logWarning } from '../log.ts';
import { createNodesAuthority } from '../policy/policy-authority.ts';
import { cancelOnInterrupt } from '../stop-signal.ts';
import { locateTrail } from './audit-config.ts';

/** Nobody answers where there is no broker. */
const REACH_BROKER_MS = 10_000;

/**
 * `mcobot audit compare RUN`: a bot of its own for one question, beside the one that runs. Whoever may read its read key
 * and its trail may do this here; the nodes are asked as `unix:USER` and decide by their own policies. What it does is
 * appended to the same trail.
 *
 * @param run the end of a run's id
 * @returns 0: the stories agree; 1: they do not
 * @throws McoError of the file that can't be used, `unreachable/*`, what `compareRun` throws
 */
export async function compareAudits(file: Config<BotConfig>, run: string): Promise<number> {
  const { value: config, resolvePath } = file;
  const { username } = userInfo();
  const caller = `unix:${username}`;
  const auditName = `client:${username}`;
  const signer = await openSigner(config.keys.read, resolvePath);
  const { path } = locateTrail(config.audit, resolvePath);
  const closers: (() => unknown)[] = [];
  try {
    const parts = { path, mustExist: true, by: auditName, clock: systemClock, onProblem: logProblem };
    const trail = await openAuditTrail(parts);
    closers.unshift(() => trail.close());
    const verifier = await createKnownHosts({ path: config.known_hosts.map(resolvePath), onWarning: logWarning });
    closers.unshift(() => verifier.close());
    const bus = createStompBus(await readBrokerOptions(config.broker, resolvePath));
    closers.unshift(() => bus.close());
    await bus.whenUp(REACH_BROKER_MS);
    const store = await openStore({ path: ':memory:' });
    closers.unshift(() => store.close());
    const bot = await createBot({
      auditName,
      name: `cli-${newUuid().replaceAll('-', '').slice(-16)}`,
      collectives: config.collectives,
      authority: createNodesAuthority(caller),
      signers: { read: signer },
      verifier,
      bus,
      audit: trail,
      trail,
      store,
      chats: [],
      onProblem: logProblem,
    });
    closers.unshift(() => bot.close());
    const comparison = await ask(bot, { run, account: caller });
    const cards = drawTellCards(describeComparison(comparison), CONSOLE_TRAITS).map(renderCardText);
    process.stdout.write(`${cards.join('\n\n')}\n`);
    return comparison.differences.length === 0 && comparison.problem === undefined ? 0 : 1;
  } finally {
    for (const close of closers) await close();
  }
}

/** As if it had been typed to the bot in a chat: decided and recorded there, too. */
async function ask(
  bot: Bot,
  { run, account }: { readonly run: string; readonly account: string },
): Promise<Comparison> {
  const line = parseCommandLine(`audit compare ${quoteWord(run)}`);
  const { text: typed, options } = line;
  const message = { text: typed, isExact: true, account, origin: { chat: 'terminal', channel: '' } };
  const asker = await findAsker(bot, message);
  const trail = startTrail(bot, message);
  const scene = { message, asker, surface: SILENT_SURFACE, trail, signal: cancelOnInterrupt(), typed, options };
  const plan = planCommand(line, bot.commands, worldOf(bot, asker));
  if (plan.kind !== 'control' || plan.verb !== 'audit' || plan.what !== 'compare') {
    throw new McoError('usage/bad-run', `\`${run}\` is no run`);
  }
  await requireOwnRight(bot, scene, 'audit');
  return await compareRun(bot, scene, plan.run);
}
