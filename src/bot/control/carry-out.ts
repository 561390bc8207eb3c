import type { Control, Tell } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { EXIT } from '../../core/report.ts';
import { approveRun } from '../approval/approve-run.ts';
import { endApproval } from '../approval/end-approval.ts';
import { mayUseAnything } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { answered, type Handled, reported, type Scene } from '../handled.ts';
import { answerAudit } from './answer-audit.ts';
import { answerPolicy } from './answer-policy.ts';
import { cancelRun } from './cancel-run.ts';
import { checkHealth } from './check-health.ts';
import type { ControlScene } from './control-scene.ts';
import { describeAsker } from './describe-asker.ts';
import { listRuns } from './list-runs.ts';
import { loadReport } from './load-report.ts';
import { retryRun } from './retry-run.ts';

/** @throws McoError `denied/*`, `unknown/run`, `usage/*` */
export async function carryOut(bot: Bot, control: Control, scene: ControlScene): Promise<Handled> {
  if (control.verb === 'whoami') return await tell(scene, await describeAsker(bot, scene.asker));
  // Whoever may approve needs no other right here.
  if (!isAboutApproval(control)) await requireSomeRight(bot, scene);
  switch (control.verb) {
    case 'runs':
      return await tell(scene, await listRuns(bot, scene, control.words));
    case 'health': {
      const { answer, isWell } = await checkHealth(bot);
      return await tell(scene, answer, isWell ? EXIT.ok : EXIT.notSent);
    }
    case 'show': {
      const report = await loadReport(bot, scene, control.run);
      if ('kind' in report) return await tell(scene, report);
      await scene.surface.show(report);
      return reported(report);
    }
    case 'cancel':
      return await tell(scene, await cancelRun(bot, scene, control.run));
    case 'retry':
      return await retryRun(bot, scene, control);
    case 'approve':
      return await approveRun(bot, scene, control);
    case 'reject':
    case 'withdraw':
      return await tell(scene, await endApproval(bot, scene, control));
    case 'audit':
      return await tell(scene, await answerAudit(bot, scene, control));
    case 'policy':
      return await tell(scene, await answerPolicy(bot, scene, control));
  }
}

const isAboutApproval = ({ verb }: Control): boolean => verb === 'approve' || verb === 'reject' || verb === 'withdraw';

async function tell({ surface }: Scene, answer: Tell, exitCode?: number): Promise<Handled> {
  await surface.tell(answer);
  return answered(answer, exitCode);
}

/**
 * What runs say was said in their channel, for all who are in it: whoever may ask anything there may see it again.
 *
 * @throws McoError `denied/nothing-allowed`, `failed/audit`
 */
async function requireSomeRight(bot: Bot, { asker, trail }: Scene): Promise<void> {
  if (mayUseAnything(bot, asker)) return;
  const reason = 'you may do nothing here';
  await trail.record('decided', { result: 'deny', reason });
  throw new McoError('denied/nothing-allowed', reason, {
    hint: '`whoami` shows who you are to the bot',
  });
}
