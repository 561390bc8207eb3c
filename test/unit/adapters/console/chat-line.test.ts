import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChat, describePeople, readChatLine } from '../../../../src/adapters/console/chat-line.ts';

const ana = { name: 'ana', about: 'operator' };
const bob = { name: 'bob', about: 'read-only' };
const PEOPLE = [ana, bob];

test('fleet commands are handed on as they were typed, in each of their spellings', () => {
  for (const text of ['/mco ping', 'mco ping', '@mco ping', '`/mco ping`', '/mco']) {
    assert.deepEqual(readChatLine(`  ${text} `, PEOPLE), { kind: 'command', text });
  }
});

test('the chat has its own commands', () => {
  assert.deepEqual(readChatLine('/as bob', PEOPLE), { kind: 'as', person: bob });
  assert.deepEqual(readChatLine('/as @Bob', PEOPLE), { kind: 'as', person: bob });
  assert.deepEqual(readChatLine('/people', PEOPLE), { kind: 'people' });
  assert.deepEqual(readChatLine('help', PEOPLE), { kind: 'help' });
  assert.deepEqual(readChatLine('exit', PEOPLE), { kind: 'quit' });
  assert.deepEqual(readChatLine('   ', PEOPLE), { kind: 'nothing' });
});

test('mistakes come with what was probably meant', () => {
  const hintOf = (line: string) => {
    const meaning = readChatLine(line, PEOPLE);
    return meaning.kind === 'mistake' ? meaning.hint : assert.fail(meaning.kind);
  };
  assert.equal(hintOf('/as bobb'), 'did you mean `bob`?');
  assert.equal(hintOf('/as zzzzzz'), 'known: ana, bob');
  assert.equal(hintOf('/as'), 'known: ana, bob');
  assert.equal(hintOf('/poeple'), 'did you mean `/people`?');
  assert.equal(hintOf('/mcoo ping'), 'did you mean `/mco`?');
  assert.equal(hintOf('package status bash'), 'did you mean `/mco package status bash`?');
});

test('names compare by equality', () => {
  for (const name of ['an', 'ana bob', 'constructor', '__proto__']) {
    assert.equal(readChatLine(`/as ${name}`, PEOPLE).kind, 'mistake');
  }
});

test('help shows examples first', () => {
  assert.match(describeChat(['/mco ping'], PEOPLE), /^ {2}\/mco ping\n\n {2}\/mco help/);
});

test('the one who is speaking is marked', () => {
  assert.match(describePeople(PEOPLE, bob), /^ {2}ana {2}operator\n\* bob {2}read-only\n/);
});
