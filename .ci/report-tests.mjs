/**
 * A reporter for `node --test` that keeps quiet: one mark a test, then what failed with its error and its file's
 * output, what was left out and why, and the counts. With CI=true a test that was left out is a failure.
 */
import { relative } from 'node:path';
import { inspect } from 'node:util';

const MARKS_A_LINE = 100;
/** What Node says of a test that `--test-name-pattern` leaves aside. */
const UNSELECTED = 'test name does not match pattern';

export default async function* reportTests(events) {
  const tally = { passed: 0, failed: 0, leftOut: 0, marks: 0 };
  const failures = [];
  const notes = [];
  const leftOut = new Map();
  const outputs = new Map();
  const titles = new Map();
  const startedAt = Date.now();

  for await (const { type, data } of events) {
    if (data.skip === UNSELECTED) continue;
    const file = nameFile(data.file);
    if (type === 'test:start') {
      titles.set(file, [...(titles.get(file) ?? []).slice(0, data.nesting), data.name]);
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      outputs.set(file, (outputs.get(file) ?? '') + data.message);
    } else if (type === 'test:diagnostic' && data.message.includes('asynchronous activity')) {
      notes.push(data.message);
    } else if (type === 'test:pass' && isSet(data.skip)) {
      tally.leftOut += 1;
      const why = typeof data.skip === 'string' ? data.skip : 'no reason given';
      leftOut.set(why, new Set(leftOut.get(why)).add(file));
      yield mark('s', tally);
    } else if (type === 'test:pass' && data.details.type !== 'suite') {
      tally.passed += 1;
      yield mark('.', tally);
    } else if (type === 'test:fail' && data.details.error?.failureType !== 'subtestsFailed') {
      tally.failed += 1;
      const name = data.name === data.file ? 'the file as a whole' : data.name;
      const path = [...(titles.get(file) ?? []).slice(0, data.nesting), name];
      failures.push({ file, title: path.join(' > '), error: data.details.error });
      yield mark('F', tally);
    }
  }

  yield '\n';
  yield* describeFailures(failures, outputs);
  for (const note of notes) yield `${note}\n\n`;
  for (const [why, files] of leftOut) yield `left out: ${why} (${[...files].join(', ')})\n`;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  yield `${tally.passed} passed, ${tally.failed} failed, ${tally.leftOut} left out, ${seconds} s\n`;
  if (tally.passed === 0 || (process.env.CI === 'true' && tally.leftOut > 0)) process.exitCode = 1;
}

const isSet = (skip) => skip !== undefined && skip !== false;

const nameFile = (file) => (file === undefined ? '' : relative('dist', file).replace(/\.js$/, '.ts'));

function mark(character, tally) {
  tally.marks += 1;
  return tally.marks % MARKS_A_LINE === 0 ? `${character}\n` : character;
}

function* describeFailures(failures, outputs) {
  for (const { file, title, error } of failures) {
    const cause = error?.cause ?? error;
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
    yield `\nFAILED ${file}: ${title}\n${indent(text)}\n`;
  }
  for (const file of new Set(failures.map((failure) => failure.file))) {
    const output = outputs.get(file);
    if (output !== undefined) yield `\nWHAT ${file} PRINTED\n${indent(output.trimEnd())}\n`;
  }
  if (failures.length > 0) yield '\n';
}

const indent = (text) => text.replace(/^/gm, '  ');
