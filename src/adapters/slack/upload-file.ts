import type { Upload } from '../../core/chat.ts';
import { findPost } from './find-post.ts';
import type { SlackContext } from './slack-context.ts';

const MAX_NAME = 100;

/**
 * Puts a file into a thread. When it was tried before, a file of that name by the bot is looked for in the thread first.
 *
 * @throws McoError as the port `Chat` says
 */
export async function uploadFile(context: SlackContext, upload: Upload): Promise<void> {
  const { channel, thread, title, firstTriedAt } = upload;
  const name = safeName(upload.name);
  if (firstTriedAt !== undefined) {
    const place = { channel, thread, since: firstTriedAt, botUser: (await context.identify()).user };
    const hasIt = await findPost(context.api, place, ({ files }) => files?.some((file) => file.name === name) ?? false);
    if (hasIt !== undefined) return;
  }
  // Slack refuses empty files.
  const content = upload.content === '' ? '\n' : upload.content;
  await context.api.upload({ channel, thread, name, title, content });
}

/** Letters, digits, dots and dashes: nothing that a path, a header or a chat would read differently. */
function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '');
  return safe.slice(-MAX_NAME) || 'results.txt';
}
