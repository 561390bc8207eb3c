import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hintNoMatch } from '../../../../src/bot/collecting/hint-no-match.ts';
import { parseCommandLine } from '../../../../src/language/parse-command-line.ts';
import { createScene } from '../scripted-fleet.ts';

function hintFor(text: string): string {
  const { filter, words } = parseCommandLine(text);
  const agent = words[0]?.text === 'package' ? 'package' : 'rpcutil';
  const agents = [...filter.agents, { is: agent }];
  return hintNoMatch({ ...filter, agents }, { view: words[0]?.text === 'find' ? 'names' : 'results', agent });
}

describe('a filter that no node matches', () => {
  const cases: readonly (readonly [text: string, hint: RegExp])[] = [
    ['ping -F osfamily=Windows', /^`facts osfamily` shows its values, which are compared exactly; `find` tries/],
    ['find -F osfamily=Windows', /^`facts osfamily` shows its values, which are compared exactly$/],
    ['find -F os.name=~^Win', /^`facts os.name` shows its values; a node without it matches no pattern$/],
    ["find -F 'cpus>99'", /two numbers compare as numbers, versions do not compare as such$/],
    ["find -S \"package('bash').version < '1.0'\"", /^versions compare as the package manager orders them/],
    ['find -S "service(\'nginx\').running = true"', /^what a node does not have matches nothing, not even `!=`$/],
    ['find -C nosuch', /^a class is compared exactly, or is a pattern/],
    ['find -S "not (webserver or nosuch=1) and /x/"', /`facts nosuch`.*a class.*; try one condition at a time$/],
    ['find -A nosuch', /^`agents` lists what can be asked$/],
    ['package status bash', /^nobody who has `package` answers: `ping` shows who is there$/],
    ['ping', /^nobody answers: /],
    ['ping -I /nosuch/', /^`find` without a filter names the nodes$/],
  ];
  for (const [text, hint] of cases) it(`${text}: ${hint.source}`, () => assert.match(hintFor(text), hint));

  it('says of versions nothing about exact values', () => {
    assert.doesNotMatch(hintFor("ping -S \"package('bash').version < '1.0'\""), /exactly/);
  });

  it('is told so where nobody answers', async () => {
    const { report } = await createScene({}).run('ping -F osfamily=Windows');
    assert.match(report?.problem?.hint ?? '', /^`facts osfamily`/);
  });
});
