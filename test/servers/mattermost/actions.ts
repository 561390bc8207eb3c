import { ApiError, notFound } from './api-error.ts';
import { callIntegration } from './call-integration.ts';
import { newMattermostId } from './new-id.ts';
import { requireChannel, requireMembership, requirePost } from './permissions.ts';
import { isRecord, readActions } from './post-rules.ts';
import { updatePost } from './posts.ts';
import { type Post, sendEphemeral, type User, type World } from './world.ts';

/** What is kept of the post's own props when an integration rewrites them. */
const KEPT_PROPS = ['from_webhook', 'override_username', 'override_icon_url'];

interface PressUse {
  readonly post: string;
  readonly actionId: string;
  readonly selected?: string | undefined;
  /** Extra copies of the request. */
  readonly extra: number;
}

/**
 * A press on an action: the server calls the integration without any proof of who it is, whoever wrote the post.
 * Throws what the presser is refused.
 */
export async function pressAction(
  world: World,
  presser: User,
  use: PressUse,
): Promise<{ ephemeralText?: string; updated: boolean }> {
  if (!/^[A-Za-z0-9]+$/.test(use.actionId)) throw notFound('api.context.404.app_error', 'page');
  const post = requirePost(world, use.post);
  const channel = requireChannel(world, post.channelId);
  requireMembership(channel, presser);
  const action = readActions(post.props).find((one) => one.id === use.actionId);
  const integration = action?.integration;
  if (action === undefined || !isRecord(integration))
    throw notFound('api.post.do_action.action_id.app_error', 'action');
  const context = isRecord(integration.context) ? integration.context : {};
  const body = JSON.stringify({
    user_id: presser.id,
    user_name: presser.username,
    channel_id: channel.id,
    channel_name: channel.name,
    team_id: channel.team,
    team_domain: world.teams.get(channel.team)?.name ?? '',
    post_id: post.id,
    trigger_id: newMattermostId(),
    type: action.type ?? '',
    data_source: action.data_source ?? '',
    context: action.type === 'select' ? { ...context, selected_option: use.selected ?? '' } : context,
  });
  const url = String(integration.url);
  const headers = { 'content-type': 'application/json' };
  const calls = Array.from({ length: 1 + use.extra }, () => callIntegration(world, { url, headers, body }));
  const answers = (await Promise.all(calls)).map(readAnswer);
  const outcomes = answers.map((answer) => applyAnswer(world, { post, presser, answer }));
  return outcomes.find((outcome) => outcome.updated || outcome.ephemeralText !== undefined) ?? { updated: false };
}

function readAnswer(answer: { status: number; body: string } | undefined): Record<string, unknown> {
  const refusal = new ApiError(400, 'api.post.do_action.action_integration.app_error', 'Action integration error.');
  if (answer?.status !== 200) throw refusal;
  try {
    const body: unknown = JSON.parse(answer.body);
    if (isRecord(body)) return body;
  } catch {
    throw refusal;
  }
  throw refusal;
}

/** `update` replaces message, props and files, whether it names them or not. An `error` still gives the presser 200. */
function applyAnswer(
  world: World,
  use: { post: Post; presser: User; answer: Record<string, unknown> },
): { ephemeralText?: string; updated: boolean } {
  const { post, presser, answer } = use;
  const update = answer.update;
  if (isRecord(update)) {
    const props = isRecord(update.props) ? update.props : {};
    const kept = Object.fromEntries(Object.entries(post.props).filter(([key]) => KEPT_PROPS.includes(key)));
    const free = Object.fromEntries(Object.entries(props).filter(([key]) => !KEPT_PROPS.includes(key)));
    const fileIds = Array.isArray(update.file_ids) ? update.file_ids.map(String) : [];
    const message = typeof update.message === 'string' ? update.message : '';
    updatePost(world, post, { message, props: { ...free, ...kept }, fileIds });
  }
  const text = answer.ephemeral_text;
  if (typeof text !== 'string' || text === '') return { updated: isRecord(update) };
  const root = post.rootId === '' ? post.id : post.rootId;
  sendEphemeral(world, { to: presser.id, from: post.userId, channel: post.channelId, text, via: 'action', root });
  return { ephemeralText: text, updated: isRecord(update) };
}
