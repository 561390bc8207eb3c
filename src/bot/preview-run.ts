import { McoError } from '../core/errors.ts';
import type { Verdict } from '../policy/policy.ts';
import type { Authority } from './bot.ts';

/** What would have become of a run, had `--preview` not kept it from being sent. */
export function describePreview(
  verdict: Verdict,
  { leavesToNodes = false }: Pick<Authority, 'leavesToNodes'>,
): McoError {
  const { rules } = verdict;
  switch (verdict.outcome) {
    case 'allow':
      return leavesToNodes ? describeOpen() : describeAllowed(rules);
    case 'needs-approval': {
      const { count, from } = verdict.approval;
      const yes = count === 1 ? 'the approval of one' : `the approval of ${count}`;
      return new McoError('usage/preview', `it would need ${yes} of \`${from}\``, {
        rules,
        hint: 'the same without `--preview` asks them',
      });
    }
    case 'deny':
      return new McoError('denied/preview', `it would be refused: ${verdict.reason}`, { rules });
  }
}

const describeAllowed = (rules: readonly string[]): McoError =>
  new McoError('usage/preview', 'it would be allowed', {
    rules,
    hint: 'the same without `--preview` is sent; `--nodes last` takes these nodes as they are',
  });

const describeOpen = (): McoError =>
  new McoError('usage/preview', 'whether it is allowed the nodes decide', {
    hint: 'the same without `--preview` is sent, and finds its nodes anew',
  });
