import { AUDIT_EVENTS } from '../../core/audit.ts';
import type { AuditQuery, AuditTrail, ChainedRecord } from '../../core/audit-trail.ts';
import { formatCount } from '../../render/format-count.ts';

const OTHER_EVENTS = AUDIT_EVENTS.filter((event) => event !== 'answered');

/** Of more nobody wants to know the number. */
const MAX_COUNTED = 1000;

/** The records that people read, and a line on the answers of nodes that were left out; undefined where none was. */
export interface RecordsForPeople {
  readonly found: readonly ChainedRecord[];
  readonly leftOut: string | undefined;
}

/**
 * As `trail.find`, without the answers of nodes where no node is asked for: a run has one of each of its nodes, and among
 * them nothing else is seen. Those of the time of what was found are counted.
 *
 * @throws McoError `failed/audit`
 */
export async function findForPeople(trail: Pick<AuditTrail, 'find'>, query: AuditQuery): Promise<RecordsForPeople> {
  if (query.node !== undefined) return { found: await trail.find(query), leftOut: undefined };
  const found = await trail.find({ ...query, events: OTHER_EVENTS });
  const since = found.length < query.max ? query.since : startOf(found, query);
  const answers = await trail.find({ ...query, since, events: ['answered'], max: MAX_COUNTED + 1 });
  return { found, leftOut: answers.length === 0 ? undefined : describeAnswers(answers.length) };
}

/** Before the oldest that is shown nothing is counted either. */
function startOf([oldest]: readonly ChainedRecord[], { since }: AuditQuery): number | undefined {
  const start = Date.parse(oldest?.record.at ?? '');
  return Number.isNaN(start) ? since : start;
}

function describeAnswers(count: number): string {
  const many =
    count > MAX_COUNTED
      ? `more than ${MAX_COUNTED} answers of nodes`
      : formatCount(count, 'answer of a node', 'answers of nodes');
  return `and ${many}: \`--node NODE\` or \`--json\` shows ${count === 1 ? 'it' : 'them'}`;
}
