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

it('it looks back a minute further, since clocks differ', async () => {
  const { api, queries } = createPages([[]]);
  await findPost(api, place, isIt);
  assert.equal(queries[0]?.oldest, '1699999940.000000');
});

it('looking ends, however long the channel is', async () => {
  const { api, queries } = createPages([[message('U0OTHER')]], true);
  assert.equal(await findPost(api, place, isIt), undefined);
  assert.equal(queries.length, 10);
});

it('an older message, or one that stands in another thread, is not the one that is looked for', async () => {
  const stand = (ts: string, thread_ts?: string) => ({ ...message('U0BOT', ts), thread_ts });
  const find = (found: object, thread?: string) => findPost(createPages([[found]]).api, { ...place, thread }, isIt);
  const [old, ts, root] = ['1699999939.000000', '1700000001.000100', '1699990000.000100'];
  assert.equal(await find(stand(old)), undefined);
  assert.equal(await find(stand(ts, root)), undefined);
  assert.equal(await find(stand(ts, ts)), ts);
  assert.equal(await find(stand(ts), root), undefined);
  assert.equal(await find(stand(ts, old), root), undefined);
  assert.equal(await find(stand(ts, ts), ts), undefined, 'the root of a thread is no reply');
  assert.equal(await find(stand(ts, root), root), ts);
});
