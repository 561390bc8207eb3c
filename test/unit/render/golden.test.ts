import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { renderSlackMessage } from '../../../src/render/slack/render-slack-message.ts';
import { GOLDEN_CASES } from './golden-cases.ts';
import { drawCards, MATTERMOST_TRAITS, SLACK_TRAITS, showText, writeMarkdown } from './shown.ts';

const FOLDER = path.resolve('test/golden');
const update = process.env.UPDATE_GOLDEN === '1';

/** What people see, by folder and ending. */
const PLATFORMS = [
  { folder: '', ending: '.txt', draw: showText },
  {
    folder: 'slack',
    ending: '.json',
    draw: (name) => JSON.stringify(drawCards(name, SLACK_TRAITS).map(renderSlackMessage), null, 2),
  },
  {
    folder: 'mattermost',
    ending: '.md',
    draw: (name) => drawCards(name, MATTERMOST_TRAITS).map(writeMarkdown).join('\n\n'),
  },
] as const satisfies readonly { folder: string; ending: string; draw: (name: string) => string }[];

for (const { folder, ending, draw } of PLATFORMS) {
  for (const name of Object.keys(GOLDEN_CASES)) {
    test(`${folder} ${name} reads as its golden file says`, () => {
      const file = path.join(FOLDER, folder, `${name}${ending}`);
      const text = `${draw(name)}\n`;
      if (update) mkdirSync(path.dirname(file), { recursive: true });
      if (update) writeFileSync(file, text);
      assert.ok(existsSync(file), `${file} is missing: UPDATE_GOLDEN=1 writes it`);
      assert.equal(text, readFileSync(file, 'utf8'));
    });
  }

  test(`every golden file of ${folder} belongs to a case`, () => {
    const files = readdirSync(path.join(FOLDER, folder)).filter((file) => file.endsWith(ending));
    assert.deepEqual(
      files.sort(),
      Object.keys(GOLDEN_CASES)
        .map((name) => `${name}${ending}`)
        .sort(),
    );
  });
}
