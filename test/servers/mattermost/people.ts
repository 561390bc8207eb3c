import { pressAction } from './actions.ts';
import { ApiError } from './api-error.ts';
import { executeCommand } from './commands.ts';
import { isRecord, readActions } from './post-rules.ts';
import { createPost, updatePost } from './posts.ts';
import type { MattermostChaos, MattermostServer, PressResult, SlashResult } from './types.ts';
import { findNamed, type Post, type World } from './world.ts';

type People = Pick<
  MattermostServer,
  'slashCommand' | 'say' | 'editPost' | 'press' | 'forgePost' | 'integrationOf' | 'deletePost'
>;

/** What people do in their clients, with their rights, but not through HTTP: it uses up no rate limit. */
export function createPeople(world: World, chaos: MattermostChaos, removePost: (post: Post) => void): People {
  const findUser = (name: string) => findNamed(world.users, name);
  const findChannel = (name: string) => findNamed(world.channels, name);
  const findPost = (id: string) => findNamed(world.posts, id);
  return {
    async slashCommand({ user, channel, text, root = '', trigger = 'mco' }) {
      const started = world.clock.now();
      const line = text === '' ? `/${trigger}` : `/${trigger} ${text}`;
      const extra = chaos.duplicateCommand?.() ?? 0;
      const run = executeCommand(world, findUser(user), {
        channelId: findChannel(channel).id,
        rootId: root,
        line,
        extra,
      });
      const outcome = await refusedAsResult(run);
      const tookMs = world.clock.now() - started;
      return 'error' in outcome
        ? { ...outcome, tookMs }
        : ({ status: 200, response: outcome.value, tookMs } satisfies SlashResult);
    },
    say({ user, channel, text, root = '', props = {} }) {
      const use = { channelId: findChannel(channel).id, message: text, rootId: root, props: { ...props } };
      return createPost(world, findUser(user), use).post.id;
    },
    editPost: (id, text) => updatePost(world, findPost(id), { message: text }),
    deletePost: (id) => removePost(findPost(id)),
    async press({ user, post, actionName, selected }) {
      const action = readActions(findPost(post).props).find((one) => one.id === actionName || one.name === actionName);
      const actionId = typeof action?.id === 'string' ? action.id : actionName;
      const extra = chaos.duplicatePress?.() ?? 0;
      const outcome = await refusedAsResult(pressAction(world, findUser(user), { post, actionId, selected, extra }));
      return 'error' in outcome
        ? { ...outcome, updated: false }
        : ({ status: 200, ...outcome.value } satisfies PressResult);
    },
    forgePost(user, channel, attachmentActions) {
      const props = { attachments: [{ text: 'Press here', actions: attachmentActions }] };
      return createPost(world, findUser(user), { channelId: findChannel(channel).id, message: 'look', props }).post.id;
    },
    integrationOf(post, actionId) {
      const action = readActions(findPost(post).props).find((one) => one.id === actionId || one.name === actionId);
      const integration = action?.integration;
      if (!isRecord(integration)) throw new Error(`post \`${post}\` has no action \`${actionId}\` with an integration`);
      const context = isRecord(integration.context) ? structuredClone(integration.context) : {};
      return { url: String(integration.url), context };
    },
  };
}

async function refusedAsResult<T>(run: Promise<T>): Promise<{ value: T } | { status: number; error: string }> {
  try {
    return { value: await run };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, error: error.id };
    throw error;
  }
}
