import type { Input } from '../../../src/core/agent-description.ts';
import { McoError, toMcoError } from '../../../src/core/errors.ts';
import type {
  PackageBackend,
  PackageChange,
  PackageState,
  PackageVerb,
} from '../../../src/core/host/package-backend.ts';
import type { JobAction, JobEnd, JobPlan } from '../../../src/core/jobs.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import {
  type ChangeMemory,
  compareLists,
  describeRehearsal,
  describeResult,
  nameBefore,
  type Result,
} from './describe-change.ts';
import { isThere, isVersion, nameVersions } from './package-state.ts';
import { requireManager } from './require-manager.ts';
import { writePackage } from './write-package.ts';

/** One of the actions that change a package. It looks before and after, and believes nothing in between. */
export function createChange(verb: PackageVerb, packages: PackageBackend): JobAction {
  return {
    async prepare({ input, isDryRun, signal }): Promise<JobPlan> {
      const manager = requireManager(packages);
      const change = await readChange(verb, input, { packages, signal });
      const before = nameVersions(change.before);
      if (isDone(change, packages))
        return { memory: done({ package: change.package, before, after: before, also: [] }) };
      if (isDryRun) {
        const steps = await manager.rehearse(change, signal);
        const gone = verb === 'purge' && packages.order === 'deb' ? 'purged' : 'absent';
        return { memory: done(describeRehearsal(change, steps, gone)) };
      }
      const work = await manager.change(change, signal);
      // Only now: where a manager waits for its lock here, what others did meanwhile is theirs.
      const list = (await packages.list(signal)).map(writePackage);
      const memory: ChangeMemory = { before: nameVersions(await packages.status(change.package, signal)), list };
      return { work, memory: { ...memory } };
    },
    async conclude(end) {
      if (end.exit.state === 'nothing to do') return readDone(end.memory);
      const problem = await requireManager(packages).explain(end);
      const result = await look(end, packages).catch((thrown: unknown) => {
        throw problem ?? toMcoError(thrown);
      });
      const missed = problem ?? findMissed({ verb, input: end.input, rows: result.rows, packages });
      if (missed !== undefined) throw tellChanges(missed, result);
      return describeResult(result);
    },
  };
}

async function readChange(
  verb: PackageVerb,
  input: Input,
  { packages, signal }: { readonly packages: PackageBackend; readonly signal: AbortSignal },
): Promise<PackageChange> {
  const name = String(input.package);
  const before = await packages.status(name, signal);
  const version = input.version === undefined ? undefined : String(input.version);
  if (verb === 'update' && !before.some(isThere)) {
    throw new McoError('failed/not-installed-here', `\`${name}\` is not installed here, so it is not updated`, {
      hint: '`package install` would install it',
    });
  }
  return { verb, package: name, version, before };
}

/** What is as it should be is left alone: an `install` does not update. */
function isDone({ verb, version, before }: PackageChange, { order }: PackageBackend): boolean {
  switch (verb) {
    case 'install':
    case 'update':
      if (!before.every(({ status }) => status === 'installed')) return false;
      return version === undefined
        ? verb === 'install'
        : before.every(({ ensure }) => isVersion(order, ensure, version));
    case 'uninstall':
      return !before.some(({ status }) => status !== 'not-installed' && status !== 'config-files');
    case 'purge':
      return before.every(({ status }) => status === 'not-installed');
  }
}

const done = (result: Result): { readonly outputs: JsonValue } => ({ outputs: { ...describeResult(result) } });

/** As `prepare` kept it. */
const readDone = (memory: JsonValue): ReplyData => (memory as { readonly outputs: ReplyData }).outputs;

async function look(
  { input, memory, signal }: JobEnd,
  packages: PackageBackend,
): Promise<Result & { readonly rows: readonly PackageState[] }> {
  const name = String(input.package);
  const rows = await packages.status(name, signal);
  const list = (await packages.list(signal)).map(writePackage);
  const { before, list: old } = memory as unknown as ChangeMemory;
  return { rows, package: name, before, after: nameVersions(rows), also: compareLists(name, old, list) };
}

interface Outcome {
  readonly verb: PackageVerb;
  readonly input: Input;
  readonly rows: readonly PackageState[];
  readonly packages: PackageBackend;
}

/** The tool says that it did what it did not do. */
function findMissed({ verb, input, rows, packages }: Outcome): McoError | undefined {
  const version = input.version === undefined ? undefined : String(input.version);
  const isGone = verb === 'uninstall' || verb === 'purge';
  const isMet = isGone
    ? !rows.some(isThere)
    : rows.some(
        ({ ensure, status }) =>
          (status === 'installed' || status.startsWith('triggers')) &&
          (version === undefined || isVersion(packages.order, ensure, version)),
      );
  if (isMet) return undefined;
  const now = rows.map(({ ensure, status }) => `${ensure} (${status})`).join(', ');
  const name = packages.manager?.name ?? 'the package manager';
  return new McoError('failed/package', `${name} reported no error, and yet \`${String(input.package)}\` is ${now}`);
}

/** A failure, and what has changed since before. While apt-get waits for its lock that may be another's doing. */
function tellChanges({ code, message, hint }: McoError, result: Result): McoError {
  const { before, after, also } = result;
  const own = before === after ? [] : [`${result.package} ${nameBefore(result)} -> ${after}`];
  const changes = [...own, ...also];
  if (changes.length === 0) return new McoError(code, message, { hint });
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : '';
  return new McoError(code, `${message}; meanwhile changed: ${changes.slice(0, 3).join(', ')}${more}`, { hint });
}
