import type { Tell } from '../../core/command.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import { limitTime } from '../../core/waiting.ts';
import type { Bot, HealthCheck } from '../bot.ts';

/** Whoever asks wants an answer while something hangs. */
const LONGEST_CHECK_MS = 8000;

/** Tries everything that the bot depends on, side by side, by a round trip each. */
export async function checkHealth(bot: Bot): Promise<{ answer: Tell; isWell: boolean }> {
  const found = await Promise.all(bot.health.map((check) => tryOne(bot, check)));
  const broken = found.filter(({ isWell }) => !isWell).map(({ name }) => name);
  const width = Math.max(0, ...found.map(({ name }) => name.length));
  const lines = found.map(({ name, isWell, about }) => `${name.padEnd(width)}  ${isWell ? 'ok' : 'FAILED'}  ${about}`);
  const runs = bot.active.ids().length;
  return {
    isWell: broken.length === 0,
    answer: {
      kind: 'tell',
      title: broken.length === 0 ? 'OK: everything answers' : `FAILED: ${broken.join(', ')}`,
      sections: [{ lines }, { lines: [`${runs} ${runs === 1 ? 'run' : 'runs'} under way`] }],
    },
  };
}

async function tryOne(
  { clock }: Bot,
  { name, check }: HealthCheck,
): Promise<{ name: string; isWell: boolean; about: string }> {
  const describeLate = (): McoError =>
    new McoError('unreachable/no-answer', `no answer within ${LONGEST_CHECK_MS / 1000} s`);
  try {
    const startedAt = clock.now();
    const about = await limitTime(clock, check(), { limitMs: LONGEST_CHECK_MS, describeLate });
    return { name, isWell: true, about: `${clock.now() - startedAt} ms${about === '' ? '' : `, ${about}`}` };
  } catch (thrown) {
    return { name, isWell: false, about: toMcoError(thrown).message };
  }
}
