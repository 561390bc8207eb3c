import { McoError } from '../../../src/core/errors.ts';
import type { PackageWorkEnd } from '../../../src/core/host/package-backend.ts';
import { explainEnd, type KnownFailure, readTails, shorten, type ToolOutput } from './tool-output.ts';

const REPAIR = 'on the node, `dnf check` and `package-cleanup --cleandupes` tell and mend what was left half-way';

const KNOWN: readonly KnownFailure[] = [
  {
    pattern: /already locked by|Existing lock|holding the yum lock/,
    code: 'failed/locked',
    hint: 'ask again when it is done',
  },
  {
    pattern: /Unable to find a match|No match for argument|No package .* available|No packages marked for/,
    code: 'failed/unknown-package',
    hint: '`package refresh` fetches the lists again',
  },
  {
    pattern:
      /Failed to download metadata|Cannot download|Cannot retrieve repository metadata|Error downloading packages/,
    code: 'failed/fetch',
  },
  { pattern: /protected packages/, code: 'failed/protected' },
];

/** @throws McoError `failed/spool` */
export async function explainDnf(program: string, end: PackageWorkEnd): Promise<McoError | undefined> {
  const cut = explainEnd(program, end, REPAIR);
  if (cut !== undefined) return cut;
  if (end.exit.state !== 'exited' || end.exit.exitCode === 0) return undefined;
  return explainDnfOutput(program, await readTails(end));
}

/** Why dnf or yum failed, from what it wrote. */
export function explainDnfOutput(program: string, { stdout, stderr }: ToolOutput): McoError {
  const text = `${stderr}\n${stdout}`;
  const known = KNOWN.find(({ pattern }) => pattern.test(text));
  if (known?.code === 'failed/locked') {
    return new McoError(known.code, `another program holds the lock${nameHolder(text)}`, { hint: known.hint });
  }
  return new McoError(known?.code ?? 'failed/dnf', `${program} failed: ${shorten(findWords(stderr, stdout))}`, {
    hint: known?.hint,
  });
}

/** `The application with PID 4711 is: packagekitd`. */
function nameHolder(text: string): string {
  const [, pid, command] = /PID (\d+) is: (\S+)/.exec(text) ?? [];
  if (pid !== undefined) return `: process ${pid} (${command})`;
  const [, other] = /(?:locked by|running as pid) (\d+)/.exec(text) ?? [];
  return other === undefined ? '' : `: process ${other}`;
}

/** From `Error:` on, which may be several lines; otherwise the last thing it complained of. */
function findWords(stderr: string, stdout: string): string {
  const [, words] = /^Error: ?([\s\S]*)/m.exec(stderr) ?? [];
  if (words !== undefined) return words;
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1) ?? 'it said nothing';
}
