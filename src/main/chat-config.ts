import * as v from 'valibot';
import { createMattermostChat } from '../adapters/mattermost/mattermost-chat.ts';
import { createSlackChat } from '../adapters/slack/slack-chat.ts';
import type { Chat } from '../core/chat.ts';
import { McoError } from '../core/errors.ts';
import type { HttpRoute } from '../core/http.ts';
import type { Clock } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import { renderMattermostMessage } from '../render/mattermost/render-mattermost-message.ts';
import { renderSlackMessage } from '../render/slack/render-slack-message.ts';
import { pathSchema, readSecretFile, readSecretLines } from './load-config.ts';

const httpUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/, 'is not an address such as https://chat.example.org'),
);

const accountName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not an account name'));

/** A Slack workspace: with an app-level token Socket Mode, with a signing secret HTTP. */
const slackSchema = v.strictObject({
  team: v.pipe(v.string(), v.regex(/^[TE][A-Z0-9]{1,30}$/, 'is not a workspace such as T024BE7LD')),
  bot_token_file: pathSchema,
  app_token_file: v.optional(pathSchema),
  signing_secret_file: v.optional(pathSchema),
  api_url: v.optional(httpUrl),
});

const mattermostSchema = v.strictObject({
  url: httpUrl,
  token_file: pathSchema,
  /** One token a line: one for each team, two while one is being changed. */
  command_tokens_file: pathSchema,
  action_key_file: pathSchema,
  /** Where Mattermost reaches this bot. */
  callback_url: httpUrl,
});

const atLeastOne = <T extends v.GenericSchema>(schema: T) =>
  v.optional(v.pipe(v.array(schema), v.minLength(1, 'at least one is expected')));

/** Where commands come from. */
export const chatSchema = v.strictObject({
  /** Commands are read from standard input, as this account: `console:USER` in the policy. */
  console: v.optional(v.strictObject({ user: accountName })),
  slack: atLeastOne(slackSchema),
  mattermost: atLeastOne(mattermostSchema),
});

/** The bot's own HTTP server, for Mattermost and for Slack without Socket Mode. */
export const httpSchema = v.strictObject({
  host: v.optional(v.pipe(v.string(), v.minLength(1)), '127.0.0.1'),
  port: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(65_535)),
  tls: v.optional(v.strictObject({ cert: pathSchema, key: pathSchema })),
});

export type ChatConfig = v.InferOutput<typeof chatSchema>;
type SlackConfig = v.InferOutput<typeof slackSchema>;
export type MattermostConfig = v.InferOutput<typeof mattermostSchema>;

type ResolvePath = (path: string) => string;

/** A chat service, and the paths where it calls the bot. */
export type ServiceChat = Chat & { readonly routes: readonly HttpRoute[] };

/** A configured service whose secrets were read; nothing has been connected. */
export type OpenService = (store: Store) => Promise<ServiceChat>;

/** @throws McoError `usage/*` naming the setting or file that can't be used */
export async function readServices(
  { chat: config, http }: { readonly chat: ChatConfig; readonly http?: unknown },
  resolvePath: ResolvePath,
  clock: Clock,
): Promise<readonly OpenService[]> {
  for (const slack of config.slack ?? []) requireTransport(slack);
  requireHttp(config, http !== undefined);
  requireDistinct((config.slack ?? []).map(({ team }) => `slack ${team}`));
  const services = [
    ...(config.slack ?? []).map((slack) => readSlack(slack, resolvePath, clock)),
    ...(config.mattermost ?? []).map((mattermost) => readMattermost(mattermost, resolvePath, clock)),
  ];
  return await Promise.all(services);
}

function requireTransport({ team, app_token_file: socket, signing_secret_file: http }: SlackConfig): void {
  if ((socket === undefined) !== (http === undefined)) return;
  throw new McoError('usage/bad-file', `slack ${team} needs either \`app_token_file\` or \`signing_secret_file\``, {
    hint: 'the first is for Socket Mode, which needs no address that Slack can reach; the second for HTTP',
  });
}

function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new McoError('usage/bad-file', `${twice} is configured twice`);
}

/**
 * A service that calls the bot needs a server to call, and each path has one owner.
 *
 * @throws McoError `usage/bad-file`
 */
function requireHttp({ slack = [], mattermost = [] }: ChatConfig, hasServer: boolean): void {
  const callers = [
    { name: 'Slack over HTTP', count: slack.filter(({ signing_secret_file: file }) => file !== undefined).length },
    { name: 'Mattermost', count: mattermost.length },
  ];
  for (const { name, count } of callers) {
    if (count > 0 && !hasServer) {
      throw new McoError('usage/bad-file', `${name} calls the bot, and there is no \`http\` section`, {
        hint: 'add `http: { host: 127.0.0.1, port: 8080 }`, and a proxy with TLS before it',
      });
    }
    if (count > 1) {
      throw new McoError('usage/bad-file', `${count} times ${name} would call the same path of one bot`, {
        hint: 'run a bot for each of them; several Slack workspaces over Socket Mode are fine in one',
      });
    }
  }
}

async function readSlack(config: SlackConfig, resolvePath: ResolvePath, clock: Clock): Promise<OpenService> {
  const { team, app_token_file, signing_secret_file, api_url } = config;
  const read = (path: string, what: string) => readSecretFile(resolvePath(path), what);
  const botToken = requireStart(
    await read(config.bot_token_file, 'the bot token'),
    'xoxb-',
    `the bot token of ${team}`,
  );
  const transport =
    app_token_file === undefined
      ? ({ kind: 'http', signingSecret: await read(signing_secret_file ?? '', 'the signing secret') } as const)
      : ({
          kind: 'socket',
          appToken: requireStart(await read(app_token_file, 'the app token'), 'xapp-', `the app token of ${team}`),
        } as const);
  return async () =>
    createSlackChat({ team, botToken, transport, renderMessage: renderSlackMessage, clock, apiUrl: api_url });
}

async function readMattermost(config: MattermostConfig, resolvePath: ResolvePath, clock: Clock): Promise<OpenService> {
  const token = await readSecretFile(resolvePath(config.token_file), 'the token');
  const commandTokens = await readSecretLines(resolvePath(config.command_tokens_file), 'the command tokens');
  const actionKey = new TextEncoder().encode(
    await readSecretFile(resolvePath(config.action_key_file), 'the action key'),
  );
  const { url, callback_url: callbackUrl } = config;
  const options = { url, token, commandTokens, actionKey, callbackUrl, clock, renderMessage: renderMattermostMessage };
  // Checked now, so that `--check` says what is wrong with it.
  const { name } = createMattermostChat(options);
  return async (store) => {
    const { bornAt } = store;
    const note = (until: number) => store.noteHeard(name, until);
    const heard = { from: (await store.heardUntil(name)) ?? bornAt, notBefore: bornAt, note };
    return createMattermostChat({ ...options, heard });
  };
}

function requireStart(secret: string, start: string, what: string): string {
  if (secret.startsWith(start)) return secret;
  throw new McoError('usage/bad-file', `${what} does not begin with \`${start}\``, {
    hint: 'docs/slack.md says where to find which',
  });
}
