import type { InstalledPackage } from '../../../src/core/host/package-backend.ts';

/** `NAME VERSION ARCHITECTURE`; none of them has blanks. */
export const writePackage = ({ name, version, arch }: InstalledPackage): string => `${name} ${version} ${arch}`;

/** By code units: the same on every machine, whatever its language. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
