import { listDataTests } from '../../src/core/data-functions.ts';
import { matchFilter, weighFilter } from '../../src/core/match-filter.ts';
import type { Request } from '../../src/core/request.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { askDataFunctions, requireFewCalls } from './ask-data-functions.ts';

/** Whether a request is meant for this node, and whether it was told that this takes a while. */
export interface Matched {
  readonly isMatch: boolean;
  readonly isAnnounced: boolean;
}

/**
 * Whether a node is meant by a request that it has accepted. What is in memory decides first: a node that can't match asks
 * no data function.
 *
 * @throws McoError `failed/data`, `failed/busy`, `denied/policy`, `unknown/*`, `usage/*`: it can't be said, which is not "no"
 */
export async function matchRequest(request: Request, node: NodeRuntime): Promise<Matched> {
  const { filter } = request;
  const profile = node.profile();
  const open = weighFilter(filter, profile);
  if (typeof open === 'boolean') return { isMatch: open, isAnnounced: false };
  requireFewCalls(listDataTests(filter));
  const { answers, isAnnounced } = await askDataFunctions(open, request, node);
  return { isMatch: matchFilter(filter, { ...profile, data: answers }), isAnnounced };
}
