import type { InstalledPackage, PackageStep, PackageUpdate } from '../../../src/core/host/package-backend.ts';

/**
 * The rows of `check-update`: name and architecture, version, repository. Rows too long for the terminal that is not
 * there are broken over several lines; what is obsolete stands below the rest.
 */
export function parseDnfUpdates(stdout: string, installed: readonly InstalledPackage[]): PackageUpdate[] {
  const [listed = ''] = stdout.split(/^Obsoleting Packages/m);
  const rows = joinRows(listed, /^\S+\.\S+(?:\s|$)/);
  return rows.flatMap((row) => {
    const [target = '', to, repository] = row;
    if (to === undefined || repository === undefined) return [];
    const dot = target.lastIndexOf('.');
    const [name, arch] = [target.slice(0, dot), target.slice(dot + 1)];
    const from = installed.filter((one) => one.name === name && one.arch === arch).map(({ version }) => version);
    return [{ package: name, from: from.join(', '), to, repository }];
  });
}

/** Headings of the transaction's table; what is reinstalled stays as it is. */
const REMOVING = /^Remov/;
const COMING = /^(?:Install|Upgrad|Updat|Downgrad)/;

/** The table that dnf and yum show before they ask. */
export function parseDnfSteps(stdout: string, installed: readonly InstalledPackage[]): PackageStep[] {
  const [table = ''] = stdout.split(/^Transaction Summary/m);
  return splitSections(table).flatMap(({ heading, body }) => {
    if (!REMOVING.test(heading) && !COMING.test(heading)) return [];
    return joinRows(body, /^ \S/).flatMap(([name = '', arch, version]) => {
      if (arch === undefined || version === undefined) return [];
      const before = installed.filter((one) => one.name === name && one.arch === arch).map((one) => one.version);
      return [{ name, before: before.join(', '), after: REMOVING.test(heading) ? '' : version }];
    });
  });
}

/** A heading is `Installing dependencies:` at the beginning of a line, with nothing behind it. */
function splitSections(table: string): { readonly heading: string; readonly body: string }[] {
  return table.split(/^(?=[A-Z][a-z ]+:$)/m).map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    return { heading, body: lines.join('\n') };
  });
}

/** Rows of words; what does not begin a row goes on with the one before it. */
function joinRows(text: string, beginsRow: RegExp): string[][] {
  const rows: string[][] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '') continue;
    if (beginsRow.test(line)) rows.push(words);
    else if (/^\s/.test(line)) rows.at(-1)?.push(...words);
  }
  return rows;
}
