import { writeFileSync } from 'node:fs';
import { exitWithError } from '../src/main/exit-with-error.ts';
import type { Bench, Table } from './bench.ts';
import { readBenchArgs } from './bench-args.ts';
import { CHAT_ACKNOWLEDGEMENTS } from './chat-acknowledgements.ts';
import { describeMachine } from './describe-machine.ts';
import { IDLE_AGENT } from './idle-agent.ts';
import { KNOWN_HOSTS } from './known-hosts.ts';
import { NODE_WORK } from './node-work.ts';
import { PARSER } from './parser.ts';
import { POLICY } from './policy.ts';
import { formatTable } from './print-table.ts';
import { ROUND_TRIP } from './round-trip.ts';
import { SIGNATURES } from './signatures.ts';

const BENCHES: readonly Bench[] = [
  ROUND_TRIP,
  SIGNATURES,
  KNOWN_HOSTS,
  PARSER,
  POLICY,
  NODE_WORK,
  IDLE_AGENT,
  CHAT_ACKNOWLEDGEMENTS,
];

const HELP = `npm run bench [-- [--quick] [--json FILE] [NAME...]]

${BENCHES.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}

  --quick       smaller and shorter: to see that it works
  --json FILE   everything that was measured, unrounded
`;

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const args = readBenchArgs(
    argv,
    BENCHES.map(({ name }) => name),
  );
  if (args.help) return print(HELP);
  const machine = describeMachine(argv);
  const rows = Object.entries(machine).map(([what, value]) => ({ what, value: String(value) }));
  print(formatTable({ title: 'machine', rows }));
  const results: Record<string, Table[]> = {};
  for (const name of args.names) {
    const tables = await runBench(name, args.quick);
    for (const table of tables) print(formatTable(table));
    results[name] = tables;
  }
  if (args.json !== undefined) writeFileSync(args.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

async function runBench(name: string, quick: boolean): Promise<Table[]> {
  const undo: (() => Promise<void> | void)[] = [];
  try {
    const bench = BENCHES.find((candidate) => candidate.name === name);
    const tell = (what: string): void => void process.stderr.write(`  ${name}: ${what}\n`);
    return (await bench?.run({ quick, tell, onEnd: (fn) => undo.push(fn) })) ?? [];
  } finally {
    for (const fn of undo.reverse()) await fn();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(() => process.exit(0), exitWithError);
