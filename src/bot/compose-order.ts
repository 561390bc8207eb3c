import type { FrozenOrder } from '../core/store.ts';
import type { Asker } from './asker.ts';
import type { Run } from './compose-request.ts';

/** A run as its digest covers it, and as it is approved: once its nodes are known. */
export function composeOrder(
  run: Run,
  {
    asker,
    nodes,
    isNarrowed,
  }: {
    readonly asker: Pick<Asker, 'account' | 'place'>;
    readonly nodes: readonly string[];
    readonly isNarrowed: boolean;
  },
): FrozenOrder {
  const { id, caller, origin, command, ask, collective, options, filter } = run;
  return {
    run: id,
    caller,
    account: asker.account,
    place: asker.place,
    origin,
    command,
    ask,
    collective,
    options,
    filter,
    isNarrowed,
    nodes: [...nodes].sort(),
  };
}
