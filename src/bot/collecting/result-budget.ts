import type { ActionDescription } from '../../core/agent-description.ts';
import type { JsonValue } from '../../core/json.ts';
import type { NodeResult } from '../../core/report.ts';

/** What the results of one run may weigh, as they came over the wire. A fleet of talkative nodes must not fill the memory. */
const MAX_RUN_BYTES = 64 * 1024 * 1024;

/** Of an output that is only kept for the summary. */
const MAX_KEPT_LENGTH = 200;

/** Lets results through whole while there is room; then only what the summary needs of them. */
export function createResultBudget(action: ActionDescription, maxBytes: number = MAX_RUN_BYTES) {
  let usedBytes = 0;
  const needed = (action.aggregate ?? []).map(({ output }) => output);
  return (result: NodeResult, bytes: number): NodeResult => {
    usedBytes += bytes;
    if (usedBytes <= maxBytes || result.status === undefined) return result;
    const kept = Object.entries(result.data)
      .filter(([name]) => needed.includes(name))
      .map(([name, value]) => [name, shorten(value)]);
    const message = `${result.status.message} (not kept whole: this run has more than ${maxBytes / 2 ** 20} MiB of results)`;
    return { ...result, data: Object.fromEntries(kept), status: { ...result.status, message: message.trim() } };
  };
}

function shorten(value: JsonValue): JsonValue {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_KEPT_LENGTH);
}
