import { McoError, toMcoError } from '../../core/errors.ts';
import { EVERYBODY, type Expression } from '../../core/filter.ts';
import type { RunRecord } from '../../core/store.ts';
import type { Decision } from '../../policy/policy.ts';
import { placeOf } from '../asker.ts';
import { decideAsk } from '../authority/decide-ask.ts';
import type { Bot } from '../bot.ts';
import { filterOf, type Run } from '../compose-request.ts';
import { originOf } from '../conversation/chat-origin.ts';
import { readKeptInput } from '../records/read-kept-input.ts';
import { askShow } from './look-at-jobs.ts';

/** What the policy of now says to a look at the jobs of a run. */
export type LookVerdict =
  | { readonly outcome: 'allow'; readonly run: Run }
  | { readonly outcome: 'deny'; readonly error: McoError }
  /** A chat service that knows the groups of the requester does not answer. */
  | { readonly outcome: 'unknown' };

/**
 * Decides as if the requester asked now, where they asked then, what became of their run. INVARIANT: whoever has lost the
 * right to what a run did is told nothing more of what came of it.
 *
 * @param id of the run that asks
 */
export async function decideLook(bot: Bot, run: RunRecord, id: string): Promise<LookVerdict> {
  try {
    return await decide(bot, run, id);
  } catch (thrown) {
    // INVARIANT: an error while deciding is a denial.
    return { outcome: 'deny', error: toMcoError(thrown) };
  }
}

async function decide(bot: Bot, run: RunRecord, id: string): Promise<LookVerdict> {
  const { authority } = bot;
  const { account, caller, header } = run;
  if (authority.identify(account) !== caller) {
    const error = new McoError('denied/changed-policy', 'whoever asked for it is somebody else now');
    return { outcome: 'deny', error };
  }
  const { agent, action, effect } = header;
  const inPlaceOf = { agent, action, effect, input: readKeptInput(bot, run) };
  const ask = { ...askShow(run.id), inPlaceOf };
  const memberships = await authority.findMemberships(account);
  const origin = run.approval?.order.origin ?? run.order?.origin ?? originOf(run.place);
  const decision = decideAsk(authority, { caller, place: placeOf({ origin }), memberships }, ask);
  if (decision.outcome === 'deny') {
    if (memberships.unresolved.length > 0) return { outcome: 'unknown' };
    const { reason, rules } = decision;
    return { outcome: 'deny', error: new McoError('denied/policy', reason, { rules }) };
  }
  const { collective = bot.collective } = header.options;
  const filter = { ...filterOf(EVERYBODY, ask), where: conditionsOf(decision) };
  const command = `job show ${run.id}`;
  const { options } = header;
  return {
    outcome: 'allow',
    run: { id, caller, origin, command, ask, collective, options, isRepeatable: true, filter },
  };
}

/** INVARIANT: all that the policy says of nodes goes with the question, and each node checks it. */
function conditionsOf({ grants, excluded }: Extract<Decision, { outcome: 'allow' }>): readonly Expression[] {
  const limits = grants.flatMap(({ nodes }) => (nodes === undefined ? [] : [nodes.expression]));
  const isLimited = limits.length === grants.length;
  return [...(isLimited ? [{ any: limits }] : []), ...excluded.map(({ expression }) => ({ not: expression }))];
}
