import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Card } from '../../../../src/core/card.ts';
import { NO_COUNTS, type NodeResult, type RunHeader, type RunReport } from '../../../../src/core/report.ts';
import type {
  NewOutboxItem,
  RunRecord,
  SeenMessage,
  Store,
  StoredApproval,
  StoredRun,
} from '../../../../src/core/store.ts';

export const CHAT = 'slack:T024BE7LD';

/** A folder that is gone after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mco-store-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const makeId = (n: number): string => `01890000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

function makeHeader(run: string): RunHeader {
  return {
    run,
    caller: 'person:ana',
    command: 'package status bash',
    agent: 'package',
    action: 'status',
    effect: 'read',
    view: 'results',
    options: { format: 'text', noProgress: false, quiet: false, verbose: false },
  };
}

/** The nth run; it began n ms after the start of time. */
export function makeRun(n: number, more: Partial<StoredRun> = {}): StoredRun {
  const id = makeId(n);
  return {
    id,
    account: `${CHAT}/U1`,
    caller: 'person:ana',
    place: { chat: CHAT, channel: 'C1' },
    header: makeHeader(id),
    isRepeatable: true,
    startedAt: n,
    ...more,
  };
}

export function makeReport(n: number, more: Partial<RunReport> = {}): RunReport {
  return {
    header: makeHeader(makeId(n)),
    outcome: 'OK',
    counts: NO_COUNTS,
    aggregates: [],
    results: [],
    unexpected: ['web9'],
    refusedAnswers: 1,
    labels: { ensure: 'Ensure' },
    display: 'failed',
    startedAt: n,
    elapsedMs: 8400,
    ...more,
  };
}

/** What the nth run waits for. */
export function makeApproval(n: number, more: Partial<StoredApproval> = {}): StoredApproval {
  const { id, caller, account, header } = makeRun(n);
  return {
    order: {
      run: id,
      caller,
      account,
      place: `${CHAT}/C1`,
      origin: { chat: 'slack', channel: 'T024BE7LD/C1' },
      command: header.command,
      ask: {
        kind: 'ask',
        agent: 'package',
        action: 'update',
        effect: 'write',
        input: { package: 'é\0' },
        view: 'results',
      },
      collective: 'mcollective',
      options: header.options,
      filter: { facts: [], classes: [], agents: [], identities: [], where: [] },
      isNarrowed: true,
      nodes: ['web1', 'web2'],
    },
    digest: '9c1e41',
    rules: ['roles.yaml:14'],
    from: 'leads',
    count: 2,
    expiresAt: 99,
    state: 'awaiting',
    yes: [],
    ...more,
  };
}

export const makeYes = (name: string): StoredApproval['yes'][number] => ({
  by: `person:${name}`,
  account: `${CHAT}/${name}`,
  place: `${CHAT}/C1`,
  at: 7,
  digest: '9c1e41',
});

export const makeResult = (node: string, data: NodeResult['data'] = { ensure: '1.2' }): NodeResult => ({
  node,
  outcome: 'ok',
  status: { code: 0, name: 'ok', message: '' },
  data,
  elapsedMs: 12.5,
});

const makeCard = (summary: string): Card => ({ summary, body: [{ kind: 'prose', lines: [summary] }] });

export const makeItem = (lane: string, summary = 'text'): NewOutboxItem => ({
  chat: CHAT,
  lane,
  delivery: { kind: 'post', channel: 'C1', card: makeCard(summary) },
});

export const makeSeen = (id: string, receivedAt = 5): SeenMessage => ({
  chat: CHAT,
  message: { id, text: 'ping', account: `${CHAT}/U1`, channel: 'C1', via: 'https://hooks.example.org/secret' },
  receivedAt,
});

/** The ids of runs, as numbers. */
export const numbersOf = (runs: readonly RunRecord[]): number[] =>
  runs.map(({ id }) => Number.parseInt(id.slice(-12), 16));

/** Begins a run and ends it at once. */
export async function addFinishedRun(store: Store, n: number, nodes: readonly string[] = ['web1']): Promise<void> {
  await store.runs.begin(makeRun(n));
  await store.runs.finish(makeReport(n, { results: nodes.map((node) => makeResult(node)) }));
}
