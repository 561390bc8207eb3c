import { McoError } from '../../../src/core/errors.ts';
import type { PackageWorkEnd } from '../../../src/core/host/package-backend.ts';
import { explainEnd, type KnownFailure, readTails, shorten, type ToolOutput } from './tool-output.ts';

const REPAIR = 'on the node, `dpkg --configure -a` repairs what was left half-way';

/** By what apt-get says on standard error: its exit code is 100 for each of them. */
const KNOWN: readonly KnownFailure[] = [
  {
    pattern: /dpkg was interrupted|^E: Sub-process \S*dpkg (?:exited unexpectedly|received )/,
    code: 'failed/interrupted',
    hint: REPAIR,
  },
  {
    pattern:
      /Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock (?:directory|the administration)/,
    code: 'failed/locked',
    hint: 'ask again when it is done',
  },
  {
    pattern: /Held packages were changed/,
    code: 'failed/held',
    hint: 'on the node, `apt-mark unhold` releases a package that is on hold',
  },
  {
    pattern: /Unable to locate package|has no installation candidate/,
    code: 'failed/unknown-package',
    hint: '`package refresh` fetches the lists again',
  },
  { pattern: /^E: Version '.*' for '.*' was not found/, code: 'failed/unknown-version' },
  { pattern: /Packages were downgraded and -y/, code: 'failed/downgrade', hint: 'name the version to go back to it' },
  {
    pattern: /Essential packages were removed/,
    code: 'failed/essential',
    hint: 'nothing was changed; on the node, apt-get only does it with `--allow-remove-essential`',
  },
  {
    pattern: /pkgProblemResolver::Resolve generated breaks|Unable to correct problems/,
    code: 'failed/dependencies',
    hint: 'nothing was changed; on the node, `apt-get -s` with the same shows all of it',
  },
  { pattern: /Failed to fetch|Unable to fetch some archives|Some index files failed/, code: 'failed/fetch' },
];

/** @throws McoError `failed/spool` */
export async function explainApt(end: PackageWorkEnd): Promise<McoError | undefined> {
  const cut = explainEnd('apt-get', end, REPAIR);
  if (cut !== undefined) return cut;
  const output = await readTails(end);
  if (end.exit.state === 'exited' && end.exit.exitCode !== 0) return explainAptOutput(output);
  // Before 2.1.12 `apt-get update` has no Error-Mode, and calls it a success when it can't reach a thing.
  const isIncomplete = /^[WE]: (?:Failed to fetch|Some index files failed)/m.test(output.stderr);
  return isIncomplete ? explainAptOutput(output) : undefined;
}

/** Why apt-get failed, from what it wrote. */
export function explainAptOutput(output: ToolOutput): McoError {
  // That it waited for a lock stands in its other output, and is no failure when it got it.
  const complaints = output.stderr.split('\n').filter((line) => /^[EW]: /.test(line));
  const complaint = KNOWN.flatMap(({ pattern }) => complaints.find((line) => pattern.test(line)) ?? [])[0];
  const known = KNOWN.find(({ pattern }) => complaint !== undefined && pattern.test(complaint));
  if (known?.code === 'failed/locked') {
    return new McoError(known.code, `another program holds the lock${nameHolder(output)}`, { hint: known.hint });
  }
  if (known?.code === 'failed/essential') {
    return new McoError(known.code, `the system can't do without ${listEssential(output)}`, { hint: known.hint });
  }
  const broken = known?.code === 'failed/dependencies' ? tellBroken(output) : undefined;
  if (broken !== undefined) return new McoError('failed/dependencies', broken, { hint: known?.hint });
  const words = shorten(complaint === undefined ? findWords(output) : complaint.slice(3));
  return new McoError(known?.code ?? 'failed/apt', `apt-get failed: ${words}`, { hint: known?.hint });
}

/** apt names who holds a lock since 2.0: `It is held by process 4711 (unattended-upgr)`. */
function nameHolder({ stdout, stderr }: ToolOutput): string {
  const text = `${stdout}\n${stderr}`;
  const [, pid, command] = [...text.matchAll(/It is held by process (\d+)(?: \(([^)\n]*)\))?/g)].at(-1) ?? [];
  return pid === undefined ? '' : `: process ${pid}${command === undefined ? '' : ` (${command})`}`;
}

const MAX_NAMED = 3;

/** What apt lists below its warning: `bash`, `libc6 (due to bash)`. */
function listEssential({ stdout, stderr }: ToolOutput): string {
  const warning = /^WARNING: The following essential packages[^\n]*\n[^\n]*\n((?: [^\n]*\n?)+)/m;
  const [, below = ''] = warning.exec(`${stdout}\n${stderr}`) ?? [];
  const names = below
    .replaceAll(/\([^)]*\)/g, '')
    .split(/\s+/)
    .filter((name) => name !== '');
  return names.length === 0 ? 'what it would remove' : nameSome(names);
}

/** ` perl-base : PreDepends: libc6 (>= 2.35) but it is not going to be installed`, and what else it needs below that. */
const UNMET = /^ (\S+) : (?<kind>PreDepends|Depends|Breaks|Conflicts): (?<other>\S+(?: \([^)\n]*\))?)/gm;

/** Of one package what it lacks; of many only who they are. */
function tellBroken({ stdout, stderr }: ToolOutput): string | undefined {
  const rows = [...`${stdout}\n${stderr}`.matchAll(UNMET)];
  const [first] = rows;
  if (first === undefined) return undefined;
  const names = [...new Set(rows.map(([, name = '']) => name))];
  if (names.length > 1) return shorten(`it would break ${nameSome(names)}`);
  const verb = first.groups?.kind?.endsWith('Depends') === true ? 'needs' : 'does not go with';
  return shorten(`\`${names[0]}\` ${verb} \`${first.groups?.other}\``);
}

function nameSome(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const named = names.slice(0, MAX_NAMED).map((name) => `\`${name}\``);
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

/** dpkg's own words before apt's, which are only that dpkg failed; dpkg writes to where apt shows progress. */
function findWords({ stdout, stderr }: ToolOutput): string {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trimEnd());
  const start = lines.findIndex((line) => /^dpkg: error|^dpkg-deb: error/.test(line));
  if (start !== -1) return `${lines[start] ?? ''} ${lines[start + 1] ?? ''}`;
  const errors = lines.filter((line) => line.startsWith('E: ')).map((line) => line.slice(3));
  if (errors.length > 0) return errors.join('; ');
  return lines.findLast((line) => line !== '') ?? 'it said nothing';
}
