import { parse } from '../src/bot/handle-command.ts';
import type { Bench, Row } from './bench.ts';
import { timeCalls } from './measure.ts';

const message = (text: string) => ({ text, account: 'console:ana', origin: { chat: 'console', channel: '' } });

const EXPRESSION = '-S "(environment=staging or environment=production) and not webserver and os.release.major>=7"';

const COMMANDS: readonly (readonly [label: string, text: string])[] = [
  ['ping', '/mco ping'],
  ['the slide', '/mco package -F lsbmajdistrelease=14.04 status openafs-modules-dkms'],
  [
    'all options',
    `/mco package -F os.family=Debian -C webserver ${EXPRESSION} --limit 10% --batch 5 status bash --json`,
  ],
  [
    '150 names',
    `/mco package status bash ${Array.from({ length: 150 }, (_, i) => `-I node${i}.lab.example`).join(' ')}`,
  ],
];

export const PARSER: Bench = {
  name: 'parser',
  about: 'from the text of a chat message to a command, and to its canonical spelling',
  async run({ quick }) {
    const rows: Row[] = [];
    for (const [label, text] of COMMANDS) {
      const timing = { calls: text.length > 1000 ? 100 : 1000, batches: quick ? 3 : 9 };
      const { min, median, max } = await timeCalls(timing, (calls) => {
        for (let i = 0; i < calls; i++) parse(message(text));
      });
      rows.push({
        command: label,
        characters: text.length,
        'min µs': min,
        'median µs': median,
        'max µs': max,
        'commands/s': 1e6 / median,
      });
    }
    return [{ title: 'parser', rows }];
  },
};
