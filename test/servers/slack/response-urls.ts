import { type Asked, answerJson } from './call-log.ts';
import { postAsBot, readContent, readThread, replaceContent } from './message-content.ts';
import { MethodError } from './method-error.ts';
import { type Arguments, readFlag } from './read-arguments.ts';
import type { SlackEphemeral } from './slack-types.ts';
import { addEphemeral, findMessage, type Workspace } from './workspace.ts';

const MAX_USES = 5;
const LIFETIME_MS = 1_800_000;

/** What an answer is an answer to. */
export interface Origin {
  readonly user: string;
  readonly channel: string;
  /** The message that was pressed on, if it was one that all can see. */
  readonly message?: string | undefined;
}

export interface ResponseUrls {
  /** A new URL: for five answers within half an hour. */
  create(origin: Origin, kind: 'commands' | 'actions'): string;
  /** What a POST to one does. */
  answer(path: string, body: Buffer): Asked;
}

export function createResponseUrls(workspace: Workspace): ResponseUrls {
  const urls = new Map<string, { origin: Origin; createdAt: number; uses: number }>();

  function take(path: string): Origin {
    const url = urls.get(path);
    if (url === undefined) throw new MethodError('invalid_url');
    if (workspace.clock.now() - url.createdAt > LIFETIME_MS) throw new MethodError('expired_url');
    if (url.uses >= MAX_USES) throw new MethodError('used_url');
    url.uses += 1;
    return url.origin;
  }

  return {
    create(origin, kind) {
      const path = `/${kind}/${workspace.team}/${workspace.newId('')}/${workspace.newId('r')}`;
      urls.set(path, { origin, createdAt: workspace.clock.now(), uses: 0 });
      return `${workspace.origin}${path}`;
    },
    answer(path, body) {
      const args = parseAnswer(body);
      const run = (): ReturnType<Asked['run']> => {
        try {
          const origin = take(path);
          if (args === undefined) throw new MethodError('invalid_payload');
          respond(workspace, origin, { args, via: 'response_url' });
          return { status: 200, headers: { 'content-type': 'text/html' }, body: 'ok' };
        } catch (error) {
          if (!(error instanceof MethodError)) throw error;
          const status = error.code.endsWith('_url') ? 404 : 400;
          return { ...answerJson(status, { ok: false, error: error.code, ...error.extras }), error: error.code };
        }
      };
      return { method: 'response_url', args: args ?? {}, run };
    },
  };
}

function parseAnswer(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Carries out an answer: to the one person, unless `response_type` is `in_channel`. The bot need not be a member. */
export function respond(
  workspace: Workspace,
  origin: Origin,
  answer: { args: Arguments; via: SlackEphemeral['via'] },
): void {
  const { args, via } = answer;
  const channel = workspace.channels.get(origin.channel);
  if (channel === undefined) throw new MethodError('channel_not_found');
  const original = origin.message === undefined ? undefined : findMessage(channel, origin.message);
  if (readFlag(args, 'delete_original')) {
    if (original !== undefined) channel.messages.splice(channel.messages.indexOf(original), 1);
    return;
  }
  const content = readContent(workspace, args);
  if (readFlag(args, 'replace_original') && original !== undefined) return replaceContent(workspace, original, content);
  const thread = readThread(args, channel);
  if (args.response_type === 'in_channel') {
    postAsBot(workspace, channel, { ...content, thread });
    return;
  }
  addEphemeral(workspace, origin.user, {
    channel: channel.id,
    ts: workspace.newTs(),
    text: content.text ?? '',
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    via,
    notified: content.notified,
  });
}
