import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { COMMANDS } from '../../../commands/index.ts';
import { parse } from '../../../src/bot/handle-command.ts';
import { planCommand } from '../../../src/bot/plan-command.ts';
import type { CommandWorld } from '../../../src/core/command.ts';
import { McoError } from '../../../src/core/errors.ts';
import { dashed, findOption, isLaterOption, OPTIONS } from '../../../src/language/option-table.ts';
import { findExamples, findOutcomes } from './find-examples.ts';

const WORLD: CommandWorld = {
  agents: AGENT_DESCRIPTIONS,
  commands: COMMANDS,
  caller: 'person:ana',
  roles: [],
  may: () => true,
};

const docs = new Map(
  ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readFileSync(path, 'utf8')]),
);
const commandsDoc = docs.get('docs/commands.md') ?? '';

function run(text: string) {
  const message = { text, account: 'console:ana', origin: { chat: 'console', channel: '' } };
  const line = parse(message);
  return { line, plan: planCommand(line, COMMANDS, WORLD) };
}

function codeOf(text: string): string {
  try {
    run(text);
  } catch (error) {
    assert.ok(error instanceof McoError, `${text} threw something else: ${String(error)}`);
    return error.code;
  }
  return 'nothing';
}

for (const [path, text] of docs) {
  describe(`the examples in ${path}`, () => {
    for (const example of findExamples(text)) {
      it(`\`${example}\` is understood`, () => assert.equal(codeOf(example), 'nothing'));
    }
    for (const { typed, outcome } of findOutcomes(text)) {
      it(`\`${typed}\` becomes \`${outcome}\``, () => {
        const isError = /^[a-z]+\/[a-z-]+$/.test(outcome);
        assert.equal(isError ? codeOf(typed) : run(typed).line.canonical, outcome);
      });
    }
  });
}

describe('docs/commands.md', () => {
  it('has examples, canonical spellings and refusals', () => {
    assert.ok(findExamples(commandsDoc).length > 20);
    const outcomes = findOutcomes(commandsDoc).map(({ outcome }) => outcome);
    assert.ok(outcomes.some((outcome) => outcome.startsWith('usage/')));
    assert.ok(outcomes.some((outcome) => outcome.includes(' ')));
  });

  it('mentions every spelling of every option', () => {
    const spellings = OPTIONS.flatMap(({ name, aliases }) => [name, ...aliases]).map(dashed);
    const missing = spellings.filter((spelling) => !commandsDoc.includes(`\`${spelling}\``));
    assert.deepEqual(missing, []);
  });

  it('mentions no option that does not exist, but those that are said to come later', () => {
    const mentioned = [...commandsDoc.matchAll(/`(--?[A-Za-z0-9][A-Za-z0-9-]*)(?:[ =][^`]*)?`/g)].map(
      ([, name]) => name,
    );
    assert.ok(mentioned.length > 30);
    const unknown = mentioned.filter((spelling = '') => {
      const name = spelling.replace(/^--?/, '');
      const flags = spelling.startsWith('--') ? [name] : [name, ...name];
      return !isLaterOption(name) && !flags.some((flag) => findOption(flag) !== undefined);
    });
    assert.deepEqual(unknown, []);
  });

  it('shows every way to write every command', () => {
    const firstCells = [...commandsDoc.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell).join(' ');
    const missing = COMMANDS.flatMap(({ usage }) => usage).filter((usage) => !firstCells.includes(`\`${usage}\``));
    assert.deepEqual(missing, []);
  });
});
