import type { Card } from '../../../src/core/card.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { renderSlackMessage } from '../../../src/render/slack/render-slack-message.ts';
import type { Crowd } from './crowd.ts';
import type { Storm } from './run-storm.ts';

/** What was to be told to one person alone was told to that person; it may be told twice where an answer was lost. */
export function checkWhispers({ world }: Pick<Storm, 'world'>, crowd: Crowd): string[] {
  const wanted = new Map<string, Map<string, number>>();
  for (const { item, state } of world.ledger.entries.values()) {
    if (item.chat !== crowd.chat || item.delivery.kind !== 'whisper' || state !== 'delivered') continue;
    const { to, card } = item.delivery;
    const texts = wanted.get(to.account) ?? new Map<string, number>();
    wanted.set(to.account, texts);
    const text = textOf(crowd, card);
    texts.set(text, (texts.get(text) ?? 0) + 1);
  }
  return [...wanted].flatMap(([account, texts]) => {
    const heard = crowd.whispers(account);
    return [...texts].flatMap(([text, count]) => {
      const times = heard.filter((one) => one === text).length;
      return times >= count ? [] : [`${account} was told ${times} times instead of ${count}: ${text.slice(0, 100)}`];
    });
  });
}

/** What a card says on that service. */
export const textOf = ({ platform }: Pick<Crowd, 'platform'>, card: Card): string =>
  platform === 'slack' ? renderSlackMessage(card).text : renderMattermostMessage(card).message;

/** How many whispers were told more often than they were sent. */
export function countRepeatedWhispers({ world }: Pick<Storm, 'world'>, crowd: Crowd): number {
  const sent = [...world.ledger.entries.values()].flatMap(({ item }) =>
    item.chat === crowd.chat && item.delivery.kind === 'whisper' ? [item.delivery.to.account] : [],
  );
  const heard = [...new Set(sent)].reduce((sum, account) => sum + crowd.whispers(account).length, 0);
  return heard - sent.length;
}
