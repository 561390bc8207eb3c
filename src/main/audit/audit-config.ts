import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { pathSchema, requireDistinctFiles } from '../load-config.ts';

const OLD_FORM = 'is a section now: write `audit: { trail: /var/lib/mcobot/audit.db, file: PATH }`';
const fingerprint = v.pipe(
  v.string(),
  v.regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'is not a fingerprint such as SHA256:...'),
);
function wholeNumber(min: number, max: number) {
  const range = `must be ${min} to ${max}`;
  return v.pipe(v.number(range), v.safeInteger(range), v.minValue(min, range), v.maxValue(max, range));
}

const syslogSchema = v.strictObject({
  host: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  port: v.optional(wholeNumber(1, 65_535), 514),
  protocol: v.optional(v.picklist(['udp', 'tcp'], 'must be `udp` or `tcp`'), 'udp'),
});

/** The section `audit` of `mcobot.yaml`. */
export const auditSchema = v.optional(
  v.strictObject(
    {
      /** The audit trail: a SQLite file of its own. */
      trail: v.optional(pathSchema, '/var/lib/mcobot/audit.db'),
      /** Where signed checkpoints are kept too. Default: `audit-checkpoints.jsonl` next to the trail. */
      checkpoints: v.optional(pathSchema),
      checkpoint_minutes: v.optional(wholeNumber(1, 1440), 10),
      /** Keys that signed checkpoints before the read key of today did. */
      old_keys: v.optional(v.array(fingerprint), []),
      /** A copy of every record as JSON lines. */
      file: v.optional(pathSchema),
      syslog: v.optional(syslogSchema),
      /** One line for each decision goes there: `slack:T024BE7LD/C0AUDIT`. */
      channel: v.optional(
        v.pipe(
          v.string(),
          v.regex(
            /^(?:slack|mattermost|console):[^\s/]+\/[^\s/]+$/,
            'is not a channel such as slack:T024BE7LD/C0AUDIT',
          ),
        ),
      ),
    },
    (issue) => (issue.expected === 'Object' ? OLD_FORM : issue.message),
  ),
  {},
);

export type AuditConfig = v.InferOutput<typeof auditSchema>;

/** Where the trail and its checkpoints are, as absolute paths. */
export function locateTrail(
  { trail, checkpoints }: AuditConfig,
  resolvePath: (path: string) => string,
): { readonly path: string; readonly checkpointsPath: string } {
  const path = resolvePath(trail);
  const beside = join(dirname(path), 'audit-checkpoints.jsonl');
  return { path, checkpointsPath: checkpoints === undefined ? beside : resolvePath(checkpoints) };
}

/**
 * Two programs' worth of writing in one file would leave neither readable.
 *
 * @throws McoError `usage/bad-file` where two of the bot's files are one
 */
export function requireOwnFiles(
  { audit, store }: { readonly audit: AuditConfig; readonly store: string },
  resolvePath: (path: string) => string,
): void {
  const { path, checkpointsPath } = locateTrail(audit, resolvePath);
  requireDistinctFiles([
    ['audit.trail', path],
    ['audit.checkpoints', checkpointsPath],
    ...(audit.file === undefined ? [] : [['audit.file', resolvePath(audit.file)] as const]),
    ['store', resolvePath(store)],
  ]);
}
