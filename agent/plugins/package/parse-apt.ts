import type { PackageStep, PackageUpdate } from '../../../src/core/host/package-backend.ts';
import { withoutArch } from './package-state.ts';

/** `Inst bash [5.1] (5.2 Debian:12/stable, Debian-Security:12/stable-security [amd64]) []`; without `[5.1]` it is new. */
const INST = /^Inst (\S+)(?: \[([^\]]+)\])? \((\S+)(?: (.*))? \[([^\]]+)\]\)/;
/** `Purg` where its configuration goes too. */
const REMV = /^(?:Remv|Purg) (\S+)(?: \[([^\]]+)\])?/;

/** What a simulation of apt-get would install, upgrade and remove. */
export function parseAptSteps(stdout: string): PackageStep[] {
  const steps = new Map<string, PackageStep>();
  for (const line of stdout.split('\n')) {
    const [, name, before = '', after] = INST.exec(line) ?? [];
    if (name !== undefined && after !== undefined) steps.set(name, { name, before, after });
    const [, gone, last = ''] = REMV.exec(line) ?? [];
    if (gone !== undefined) steps.set(gone, { name: gone, before: last, after: '' });
  }
  return [...steps.values()];
}

/** Of a simulated upgrade, what is installed already. */
export function parseAptUpdates(stdout: string): PackageUpdate[] {
  return stdout.split('\n').flatMap((line) => {
    const [, name, from, to, repository = ''] = INST.exec(line) ?? [];
    return name === undefined || from === undefined || to === undefined
      ? []
      : [{ package: name, from, to, repository }];
  });
}

/**
 * What `apt-cache policy` says of exactly this package: it takes names for patterns too, and then tells of others.
 * Versions of which it only knows that they are installed count as well.
 */
export function parseAptPolicy(stdout: string, name: string): { readonly versions: readonly string[] } | undefined {
  const lines = stdout.split('\n');
  const start = lines.findIndex((line) => line === `${name}:` || line === `${withoutArch(name)}:`);
  if (start === -1) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  const block = end === -1 ? rest : rest.slice(0, end);
  return { versions: block.flatMap((line) => /^ (?:\*\*\*| {3}) (\S+) -?\d+$/.exec(line)?.[1] ?? []) };
}
