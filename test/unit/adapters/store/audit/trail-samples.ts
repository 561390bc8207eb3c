import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import {
  type AuditTrailOptions,
  type OpenTrail,
  openAuditTrail,
} from '../../../../../src/adapters/store/audit/open-audit-trail.ts';
import { SCHEMA } from '../../../../../src/adapters/store/audit/trail-tables.ts';
import { type Database, openSharedDatabase } from '../../../../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../../../../src/core/audit.ts';
import type { ChainedRecord } from '../../../../../src/core/audit-trail.ts';
import type { McoError } from '../../../../../src/core/errors.ts';
import { createFakeSigner, createFakeVerifier } from '../../../../fakes/fake-keys.ts';

const START = Date.parse('2026-11-22T10:00:00Z');

/** A folder that is gone after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mco-audit-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The nth record, n seconds after the start. */
export const makeRecord = (n: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  at: new Date(START + n * 1000).toISOString(),
  by: 'bot:mcobot',
  event: 'decided',
  caller: 'person:ana',
  command: `package status bash ${n}`,
  ...more,
});

export interface TestTrail extends OpenTrail {
  readonly path: string;
  readonly checkpointsPath: string;
  readonly problems: McoError[];
}

/** A trail in a file of its own, with a key, and a clock that stands still. */
export async function openTestTrail(
  options: Partial<AuditTrailOptions> = {},
  folder = makeFolder(),
): Promise<TestTrail> {
  const problems: McoError[] = [];
  const path = join(folder, 'audit.db');
  const checkpointsPath = join(folder, 'checkpoints.jsonl');
  const trail = await openAuditTrail({
    path,
    checkpointsPath,
    signer: createFakeSigner('mco-read'),
    verifier: createFakeVerifier((principal) => principal === 'mco-read'),
    by: 'bot:mcobot',
    clock: { now: () => START },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { ...trail, path, checkpointsPath, problems };
}

/** Writes records in the order of their numbers. */
export async function fill(trail: OpenTrail, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from + 1 }, (_, i) => trail.append(makeRecord(from + i))));
}

const GUARDS = SCHEMA.match(/CREATE TRIGGER .*;/g) ?? [];

/** What somebody does who can write the file, as SQL; the guards are there again afterwards. */
export function tamper(path: string, work: (database: Database) => void): void {
  const database = openSharedDatabase(path);
  database.execute('DROP TRIGGER IF EXISTS audit_stays; DROP TRIGGER IF EXISTS audit_keeps;');
  work(database);
  database.execute(GUARDS.join('\n'));
  database.close();
}

export async function readAll(trail: OpenTrail, range = {}): Promise<ChainedRecord[]> {
  const all: ChainedRecord[] = [];
  for await (const record of trail.read(range)) all.push(record);
  return all;
}
