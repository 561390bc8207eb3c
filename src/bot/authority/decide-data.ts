import {
  DATA_AGENT,
  type DataCall,
  describeCall,
  gatherCalls,
  inputOfCall,
  listDataTests,
} from '../../core/data-functions.ts';
import type { Filter } from '../../core/filter.ts';
import type { Decision, Grant, NodeLimit } from '../../policy/policy.ts';
import type { Authority, Question } from '../bot.ts';

/** Whose filter it is, and who decides. */
export interface DataQuestion {
  readonly authority: Pick<Authority, 'decide'>;
  readonly asker: Pick<Question, 'caller' | 'place' | 'memberships'>;
  readonly filter: Filter;
}

/**
 * A decision about an action, after the data functions of its filter have been decided as well: each is a read called
 * `data.NAME`. INVARIANT: whoever may not read a thing can't learn it from who matches; the nodes that such a right is for
 * become a condition of the whole.
 */
export function addDataRights(decision: Decision, { authority, asker, filter }: DataQuestion): Decision {
  if (decision.outcome === 'deny') return decision;
  let { rules, excluded } = decision;
  for (const call of gatherCalls(listDataTests(filter))) {
    const own = decideCall(call, { authority, asker, filter });
    if (own.outcome === 'deny') return own;
    rules = [...new Set([...rules, ...own.rules])];
    excluded = [...excluded, ...own.excluded];
  }
  return { ...decision, rules, excluded };
}

function decideCall(call: DataCall, { authority, asker }: DataQuestion): Decision {
  const { caller, place, memberships } = asker;
  const question: Question = {
    // INVARIANT: who asks is the asker, whatever else is known of what they ask for.
    caller,
    place,
    memberships,
    agent: DATA_AGENT,
    action: call.function,
    effect: 'read',
    input: inputOfCall(call),
  };
  const decision = authority.decide(question);
  if (decision.outcome === 'deny') {
    return { ...decision, reason: `\`${describeCall(call)}\` in the filter: ${decision.reason}` };
  }
  const free = decision.grants.filter(isFree);
  if (free.length > 0) return { ...decision, excluded: [...decision.excluded, ...limitTo(free)] };
  const reason = `\`${describeCall(call)}\` in the filter: it is allowed to you only on conditions that a filter can't keep`;
  return { outcome: 'deny', rules: decision.rules, reason };
}

/** INVARIANT: nobody is counted and nobody agrees before a filter is asked, so nodes refuse what such a limit is on. */
const isFree = ({ maxNodes, approval, requireFilter }: Grant): boolean =>
  maxNodes === undefined && approval === undefined && !requireFilter;

/** Where each grant is for some nodes only, all the others are left out. */
function limitTo(grants: readonly Grant[]): NodeLimit[] {
  const limits = grants.flatMap(({ nodes }) => (nodes === undefined ? [] : [nodes]));
  if (limits.length < grants.length) return [];
  const text = `not (${limits.map((limit) => limit.text).join(' or ')})`;
  return [{ text, expression: { not: { any: limits.map(({ expression }) => expression) } } }];
}
