import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { EVENTS_PATH } from '../../../src/adapters/slack/http-door.ts';
import { DEFAULT_SCOPES } from '../../servers/slack/api-endpoint.ts';

const PATH = 'deploy/slack-manifest.yaml';
const HISTORY = ['channels:history', 'groups:history', 'im:history'];

/** What each method asks of a bot token (https://docs.slack.dev/reference/methods, "Scopes" of each method). */
const SCOPES_OF_METHODS: Readonly<Record<string, readonly string[]>> = {
  // An app-level token opens connections, with `connections:write`, which no manifest gives.
  'apps.connections.open': [],
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': HISTORY,
  'conversations.open': ['im:write'],
  'conversations.replies': HISTORY,
  // The SDK's name for files.getUploadURLExternal and files.completeUploadExternal.
  'files.uploadV2': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
};

/** The same of events, and what each is called where the adapter listens (https://docs.slack.dev/reference/events). */
const EVENTS: Readonly<Record<string, { readonly scope: string; readonly heardAs: string }>> = {
  app_mention: { scope: 'app_mentions:read', heardAs: 'app_mention' },
  'message.im': { scope: 'im:history', heardAs: 'message' },
};

const flag = v.boolean();
const manifestSchema = v.strictObject({
  display_information: v.strictObject({
    name: v.pipe(v.string(), v.maxLength(35)),
    description: v.pipe(v.string(), v.maxLength(140)),
  }),
  features: v.strictObject({
    bot_user: v.strictObject({ display_name: v.pipe(v.string(), v.regex(/^[a-z0-9._-]{1,80}$/)), always_online: flag }),
    app_home: v.strictObject({
      home_tab_enabled: v.literal(false),
      messages_tab_enabled: v.literal(true),
      messages_tab_read_only_enabled: v.literal(false),
    }),
    slash_commands: v.array(
      v.strictObject({
        command: v.string(),
        description: v.string(),
        usage_hint: v.string(),
        should_escape: v.literal(false),
        url: v.optional(v.string()),
      }),
    ),
  }),
  oauth_config: v.strictObject({ scopes: v.strictObject({ bot: v.array(v.string()) }) }),
  settings: v.strictObject({
    event_subscriptions: v.strictObject({ bot_events: v.array(v.string()), request_url: v.optional(v.string()) }),
    interactivity: v.strictObject({ is_enabled: v.literal(true), request_url: v.optional(v.string()) }),
    org_deploy_enabled: v.literal(false),
    socket_mode_enabled: flag,
    token_rotation_enabled: v.literal(false),
  }),
});

const text = readFileSync(PATH, 'utf8');
const read = (yaml: string) => v.parse(manifestSchema, parse(yaml));
const manifest = read(text);
const scopes = manifest.oauth_config.scopes.bot;
const events = manifest.settings.event_subscriptions.bot_events;

const sources = new Map(
  readdirSync('src/adapters/slack').map((name) => [name, readFileSync(join('src/adapters/slack', name), 'utf8')]),
);
const adapter = [...sources.values()].join('\n');
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
/** Whatever looks like a method's name and is not a file's. */
const methodsIn = (source: string) =>
  [...source.matchAll(/'([a-z]+(?:\.[A-Za-z0-9]+)+)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('.txt'));

describe('the Slack manifest', () => {
  it('asks for the scopes of what the adapter calls and hears, and for no others', () => {
    const called = sorted(methodsIn(adapter));
    assert.deepEqual(
      called,
      sorted(Object.keys(SCOPES_OF_METHODS)),
      'the methods in the source are those of the table',
    );
    const ofEvents = events.map((event) => EVENTS[event]?.scope ?? `of ${event}`);
    const needed = called.flatMap((method) => SCOPES_OF_METHODS[method] ?? []);
    assert.deepEqual(sorted(scopes), sorted([...needed, ...ofEvents, 'commands']));
    assert.equal(new Set(scopes).size, scopes.length);
  });

  it('asks for what the server of the tests demands', () => {
    assert.deepEqual(sorted(scopes), sorted(DEFAULT_SCOPES));
  });

  it('says above each scope what it is for', () => {
    const lines = text.split('\n');
    const bare = scopes.filter((scope) => {
      const at = lines.findIndex((line) => line.trim() === `- ${scope}`);
      return lines[at - 1]?.trim().startsWith('# ') !== true;
    });
    assert.deepEqual(bare, []);
  });

  it('has Slack send the events that the adapter listens to, and no others', () => {
    const heard = [...adapter.matchAll(/app\.event\('([a-z_]+)'/g)].map(([, event = '']) => event);
    assert.deepEqual(sorted(events.map((event) => EVENTS[event]?.heardAs ?? event)), sorted(heard));
  });

  it('has the command that the adapter answers to', () => {
    const command = /options\.command \?\? '([^']+)'/.exec(sources.get('slack-chat.ts') ?? '')?.[1];
    assert.deepEqual(
      manifest.features.slash_commands.map(({ command: name }) => name),
      [command],
    );
  });

  it('is for Socket Mode, without an address', () => {
    assert.equal(manifest.settings.socket_mode_enabled, true);
    assert.doesNotMatch(text, /^[^#]*url:/m);
  });

  it('says how it changes for HTTP: three addresses, all of them the one that the bot answers at', () => {
    const changed = text
      .replace(/# HTTP: ((?:request_)?url: \S+)$/gm, '$1')
      .replace(/^ *# HTTP: false\n( *socket_mode_enabled:) true/m, '$1 false');
    const { features, settings } = read(changed);
    const { event_subscriptions, interactivity, socket_mode_enabled } = settings;
    assert.equal(socket_mode_enabled, false);
    const urls = [features.slash_commands[0]?.url, event_subscriptions.request_url, interactivity.request_url];
    assert.deepEqual(urls, Array(3).fill(`https://mcobot.example.org${EVENTS_PATH}`));
  });

  it('has every scope explained in docs/slack.md', () => {
    const rows = [...readFileSync('docs/slack.md', 'utf8').matchAll(/^\| `([a-z_]+:?[a-z]*)` \|/gm)].map(
      ([, scope = '']) => scope,
    );
    assert.deepEqual(sorted(scopes), sorted(rows));
  });
});
