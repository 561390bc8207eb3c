import { McoError } from '../../core/errors.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from './control-scene.ts';

/**
 * The bot's own doings are actions too, `mcobot.audit` for one: decided and recorded either way.
 *
 * @throws McoError `denied/policy` with the rules that counted, `failed/audit`
 */
export async function requireOwnRight(
  bot: Bot,
  { asker, trail }: ControlScene,
  action: 'audit' | 'policy',
): Promise<void> {
  const name = `mcobot.${action}`;
  trail.know({ action: name });
  const decision = bot.authority.decide({ ...asker, agent: 'mcobot', action, effect: 'read', input: {} });
  const reason = decision.outcome === 'deny' ? decision.reason : undefined;
  // INVARIANT: no record, no action.
  await trail.record('decided', { result: decision.outcome, rules: decision.rules, reason });
  if (decision.outcome === 'allow') return;
  throw new McoError('denied/policy', reason ?? `\`${name}\` is not allowed here`, {
    rules: decision.rules,
    hint: `only a rule that names \`${name}\` allows it`,
  });
}
