import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findPost } from '../../../../src/adapters/slack/find-post.ts';
import type { SlackApi } from '../../../../src/adapters/slack/slack-api.ts';

type Page = readonly object[];

/** Answers with one page after the other; the last one again and again where `isEndless`. */
function createPages(pages: readonly Page[], isEndless = false) {
  const queries: Record<string, unknown>[] = [];
  const api: SlackApi = {
    async call(_method, query) {
      const page = pages[Math.min(queries.length, pages.length - 1)];
      queries.push(query);
      const next = isEndless || queries.length < pages.length ? `page ${queries.length}` : '';
      return { ok: true, messages: page, response_metadata: { next_cursor: next } };
    },
    upload: async () => {},
  };
  return { api, queries };
}

const message = (user: string, ts = '1700000000.000100') => ({ ts, user, metadata: { event_payload: { key: 'k' } } });
const place = { channel: 'C1', since: 1_700_000_000_000, botUser: 'U0BOT' };
const isIt = (found: { metadata?: { event_payload?: unknown } | null | undefined }) => found.metadata != null;

it("another's message is not the bot's, whatever it says of itself", async () => {
  const { api } = createPages([[message('U0OTHER')]]);
  assert.equal(await findPost(api, place, isIt), undefined);
});

it('the message is found on a later page, among things of other shapes', async () => {
  const { api, queries } = createPages([[{}, { ts: 1 }, message('U0OTHER')], [message('U0BOT', '1700000001.000100')]]);
  assert.equal(await findPost(api, place, isIt), '1700000001.000100');
  assert.deepEqual(
    queries.map(({ cursor }) => cursor),
    [undefined, 'page 1'],
  );
});

it('it looks back half a minute further, since clocks differ', async () => {
  const { api, queries } = createPages([[]]);
  await findPost(api, place, isIt);
  assert.equal(queries[0]?.oldest, '1699999970.000000');
});

it('looking ends, however long the channel is', async () => {
  const { api, queries } = createPages([[message('U0OTHER')]], true);
  assert.equal(await findPost(api, place, isIt), undefined);
  assert.equal(queries.length, 10);
});
