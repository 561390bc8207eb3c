import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { type OpenTrail, openAuditTrail } from '../../adapters/store/audit/open-audit-trail.ts';
import { requireRange, warnOfAction } from '../../bot/control/check-search.ts';
import { findForPeople } from '../../bot/control/leave-out-answers.ts';
import type { ChainedRecord } from '../../core/audit-trail.ts';
import type { AuditSearch, TimeMark } from '../../core/command.ts';
import type { McoError } from '../../core/errors.ts';
import { escapeText, writeJsonText } from '../../core/escape-text.ts';
import type { Signer, Verifier } from '../../core/ports.ts';
import { formatAuditLine } from '../../render/describe-audit.ts';
import { type BotConfig, loadBotConfig } from '../bot-config.ts';
import { openSigner } from '../key-config.ts';
import type { Config } from '../load-config.ts';
import { AUDIT_HELP, type AuditArgs, readAuditArgs } from './audit-args.ts';
import { locateTrail } from './audit-config.ts';
import { findPeople } from './audit-people.ts';
import { armourCheckpoint, makeCheckpointFiles, readCheckpoint } from './checkpoint-files.ts';
import { describeVerification } from './describe-verification.ts';
import { compareAudits } from './run-audit-compare.ts';
import { createTrailVerifier } from './trail-verifier.ts';

const MAX_WARNING = 2000;

/** Where the command says what it found, and what was wrong on the way. */
export interface AuditOutput {
  write(text: string): void;
  warn(line: string): void;
}

const PROCESS_OUTPUT: AuditOutput = {
  write: (text) => process.stdout.write(text),
  warn: (line) => process.stderr.write(`${escapeText(line, MAX_WARNING)}\n`),
};

/** What all commands work with. */
interface Scene {
  readonly file: Config<BotConfig>;
  readonly output: AuditOutput;
  /** Tells of what went wrong without ending anything; the exit code is 1 then. */
  noteProblem(problem: McoError): void;
}

/**
 * `mcobot audit ...`. Resolves with the exit code: 1 when the trail is not whole, or a part of it could not be read.
 *
 * @throws McoError `usage/*`, `unknown/command`, `failed/audit`
 */
export async function runAudit(argv: readonly string[], output: AuditOutput = PROCESS_OUTPUT): Promise<number> {
  const args = readAuditArgs(argv);
  if (args.command === 'help') {
    output.write(AUDIT_HELP);
    return 0;
  }
  if (output === PROCESS_OUTPUT) endWithReader();
  const file = await loadBotConfig(args.config);
  let problems = 0;
  const noteProblem = ({ message, hint }: McoError): void => {
    problems += 1;
    output.warn(`warning: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  };
  const exitCode = await carryOut(args, { file, output, noteProblem });
  return exitCode === 0 && problems > 0 ? 1 : exitCode;
}

/** `mcobot audit export | head` is no mistake. */
function endWithReader(): void {
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
}

async function carryOut(args: Exclude<AuditArgs, { command: 'help' }>, scene: Scene): Promise<number> {
  switch (args.command) {
    case 'find':
      return await withTrail(scene, {}, (trail) => find(trail, scene, args));
    case 'export':
      return await withTrail(scene, {}, (trail) => exportRecords(trail, scene, args.search));
    case 'verify':
      return await verify(scene, args.checkpoint);
    case 'checkpoint':
      return await checkpoint(scene, args.out);
    case 'compare':
      return await compareAudits(scene.file, args.run);
  }
}

interface Keys {
  readonly signer?: Signer;
  readonly verifier?: Verifier;
}

async function withTrail(
  { file: { value, resolvePath }, noteProblem }: Scene,
  keys: Keys,
  work: (trail: OpenTrail) => Promise<number>,
): Promise<number> {
  const trail = await openAuditTrail({
    ...locateTrail(value.audit, resolvePath),
    ...keys,
    mustExist: true,
    by: `bot:${value.name}`,
    clock: systemClock,
    onProblem: noteProblem,
  });
  try {
    return await work(trail);
  } finally {
    await trail.close();
  }
}

async function find(
  trail: OpenTrail,
  { file, output, noteProblem }: Scene,
  { search, max, json }: Extract<AuditArgs, { command: 'find' }>,
): Promise<number> {
  const { who, since, until, ...rest } = search;
  const policies = file.resolvePath(file.value.policies);
  const people = who === undefined ? undefined : findPeople(who, policies, noteProblem);
  const times = { since: since && toMoment(since), until: until && toMoment(until) };
  requireRange({ since: times.since, until: times.until }, systemClock.now());
  const query = { ...rest, ...times, callers: people?.callers, max };
  const { found, leftOut } = json
    ? { found: await trail.find(query), leftOut: undefined }
    : await findForPeople(trail, query);
  for (const one of found) output.write(json ? toJsonLine(one) : `${formatAuditLine(one)}\n`);
  if (leftOut !== undefined) output.warn(leftOut);
  if (people?.hint !== undefined) output.warn(people.hint);
  const warning = rest.action === undefined ? undefined : warnOfAction(rest.action, AGENT_DESCRIPTIONS);
  if (warning !== undefined) output.warn(warning);
  if (found.length === 0 && leftOut === undefined) {
    output.warn('no record is like that');
  } else if (found.length === max) {
    output.warn(`these are the newest ${max}; there may be more: --max N, --until TIME`);
  }
  return 0;
}

async function exportRecords(trail: OpenTrail, { output }: Scene, { since, until }: AuditSearch): Promise<number> {
  const range = {
    ...(since === undefined ? {} : { since: toMoment(since) }),
    ...(until === undefined ? {} : { until: toMoment(until) }),
  };
  requireRange(range, systemClock.now());
  for await (const one of trail.read(range)) output.write(toJsonLine(one));
  return 0;
}

async function verify(scene: Scene, kept: string | undefined): Promise<number> {
  const { keys, audit } = scene.file.value;
  const extra = kept === undefined ? [] : [await readCheckpoint(kept)];
  const fingerprint = 'agent' in keys.read ? keys.read.agent : (await openReadKey(scene)).fingerprint;
  const verifier = createTrailVerifier([fingerprint, ...audit.old_keys]);
  const { path } = locateTrail(audit, scene.file.resolvePath);
  return await withTrail(scene, { verifier }, async (trail) => {
    const verification = await trail.verify(extra);
    scene.output.write(describeVerification(path, verification));
    return verification.faults.length === 0 ? 0 : 1;
  });
}

async function checkpoint(scene: Scene, out: string | undefined): Promise<number> {
  const signer = await openReadKey(scene);
  // Before anything is signed: a signature that is on record and was not kept is of no use to anybody.
  const files = out === undefined ? undefined : await makeCheckpointFiles(out);
  try {
    return await withTrail(scene, { signer }, async (trail) => {
      const made = await trail.checkpoint();
      await files?.write(made);
      const kept = out === undefined ? undefined : escapeText(out);
      scene.output.write(
        kept === undefined
          ? `${made.statement}\n${armourCheckpoint(made)}`
          : `${kept} and ${kept}.sig are written, signed by ${made.signer}\n`,
      );
      return 0;
    });
  } catch (thrown) {
    await files?.discard();
    throw thrown;
  }
}

const openReadKey = ({ file: { value, resolvePath } }: Scene): Promise<Signer> =>
  openSigner(value.keys.read, resolvePath);

const toJsonLine = ({ seq, hash, record }: ChainedRecord): string => `${writeJsonText({ seq, hash, ...record }, 0)}\n`;

const toMoment = (mark: TimeMark): number => ('at' in mark ? mark.at : systemClock.now() - mark.agoMs);
