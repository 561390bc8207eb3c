import { type Card, isButtonAction } from '../../core/card.ts';
import type { Posting, PostRef, Recipient, Upload } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { signContext } from './action-context.ts';
import { ACTION_PATH } from './action-route.ts';
import { createdSchema, idSchema, uploadSchema } from './answer-schemas.ts';
import { serverErrorId } from './chat-error.ts';
import type { Directory } from './directory.ts';
import { findSent, hashKey, isOwn, KEY_PROP } from './find-sent.ts';
import type { MattermostAttachment, MattermostMessageContent } from './message-content.ts';
import { type RestClient, readAnswer } from './rest-client.ts';

/** Uploaded files that stand in no post yet. */
const MAX_LOOSE_FILES = 50;

export interface PostWriterOptions {
  /** `Chat.name`. */
  readonly chat: string;
  readonly client: RestClient;
  readonly directory: Directory;
  readonly actionKey: Uint8Array;
  /** Without a slash at its end. */
  readonly callbackUrl: string;
  readonly renderMessage: (card: Card) => MattermostMessageContent;
  readonly clock: Clock;
}

type Draft = Pick<Posting, 'channel' | 'thread' | 'key' | 'firstTriedAt'> & {
  readonly message: string;
  /** Makes the files of the post, if it has any. */
  readonly upload?: () => Promise<string[]>;
};

type DirectPlace = Pick<Recipient, 'channel' | 'thread'> & { readonly key: string | undefined };

/** The bot's own posts: every one of them is there once, however often it is tried with the same key. */
export class PostWriter {
  readonly #options: PostWriterOptions;
  readonly #looseFiles = new Map<string, string>();

  constructor(options: PostWriterOptions) {
    this.#options = options;
  }

  async post({ card, ...posting }: Posting): Promise<PostRef> {
    const content = this.#options.renderMessage(card);
    const ref = await this.#create({ ...posting, message: content.message });
    // A button's context names its post, so that the post has to be there first.
    if (hasButtons(content)) {
      const props = { attachments: this.#draw(content, ref), [KEY_PROP]: hashKey(posting.key) };
      try {
        await this.#options.client.patchPost({ id: ref.id, props });
      } catch (error) {
        // A post without its buttons is better than none.
        if (!isTooLate(error)) throw error;
      }
    }
    return ref;
  }

  /** Always with props, so that the buttons of before are gone. */
  async edit(post: PostRef, card: Card, urgency: 'progress' | 'final'): Promise<void> {
    const { client } = this.#options;
    if (urgency === 'progress') client.gate.admitProgress();
    const content = this.#options.renderMessage(card);
    try {
      const props = { attachments: this.#draw(content, post) };
      await client.patchPost({ id: post.id, message: content.message, props });
    } catch (error) {
      if (urgency === 'progress' || !isTooLate(error)) throw error;
      // The server lets nobody edit so late: what was found out goes below it instead.
      const key = `late:${post.id}:${hashKey(content.message)}`;
      await this.post({ channel: post.channel, thread: post.thread ?? post.id, card, key });
    }
  }

  async upload(upload: Upload): Promise<void> {
    const { channel, thread, key, firstTriedAt } = upload;
    const title: Card = { body: [{ kind: 'prose', lines: [upload.title] }] };
    const { message } = this.#options.renderMessage(title);
    await this.#create({ channel, thread, key, firstTriedAt, message, upload: () => this.#putFile(upload) });
    this.#looseFiles.delete(key);
  }

  /** Shows text to one person in a direct message; in the thread, when it was asked for there. */
  async sendDirect(user: string, text: string, place: DirectPlace): Promise<void> {
    const { client, directory } = this.#options;
    const me = await directory.me();
    const { id } = readAnswer(idSchema, await client.createDirectChannel([me.id, user]));
    const thread = place.channel === id ? place.thread : undefined;
    await client.createPost({
      channel_id: id,
      message: text,
      ...(thread === undefined ? {} : { root_id: thread }),
      // Tried again within the half minute that the server remembers, it is there once.
      ...(place.key === undefined ? {} : { pending_post_id: `${me.id}:${hashKey(`whisper ${place.key}`)}` }),
    });
  }

  async #create(draft: Draft): Promise<PostRef> {
    const { client, directory, clock } = this.#options;
    const { channel, thread, key, firstTriedAt, message } = draft;
    const me = (await directory.me()).id;
    const at = { channel, ...(thread === undefined ? {} : { thread }) };
    const asked = { ...at, firstTriedAt: firstTriedAt ?? clock.now() };
    const sent = firstTriedAt === undefined ? undefined : await findSent(client, { ...asked, me, key });
    if (sent !== undefined) return { ...at, id: sent };
    const files = await draft.upload?.();
    const create = async (pending: string) => {
      const created = await client.createPost({
        channel_id: channel,
        message,
        ...(thread === undefined ? {} : { root_id: thread }),
        ...(files === undefined ? {} : { file_ids: files }),
        pending_post_id: pending,
        props: { [KEY_PROP]: hashKey(key) },
      });
      return readAnswer(createdSchema, created);
    };
    const pending = `${me}:${hashKey(key)}`;
    const post = await create(pending);
    if (post.pending_post_id === pending || isOwn(post, asked)) return { ...at, id: post.id };
    // The server gave back what another store had sent by the same key, elsewhere or before.
    const other = JSON.stringify([key, channel, thread, post.id]);
    return { ...at, id: (await create(`${me}:${hashKey(other)}`)).id };
  }

  async #putFile({ channel, name, content, key }: Upload): Promise<string[]> {
    const known = this.#looseFiles.get(key);
    if (known !== undefined) return [known];
    const form = new FormData();
    form.append('channel_id', channel);
    form.append('files', new Blob([content], { type: 'application/octet-stream' }), name);
    const { file_infos: infos } = readAnswer(uploadSchema, await this.#options.client.uploadFile(form));
    const id = infos[0]?.id as string;
    if (this.#looseFiles.size >= MAX_LOOSE_FILES)
      this.#looseFiles.delete(this.#looseFiles.keys().next().value as string);
    this.#looseFiles.set(key, id);
    return [id];
  }

  #draw(content: MattermostMessageContent, post: PostRef): object[] {
    return (content.attachments ?? []).map((attachment) => ({
      ...(attachment.text === undefined ? {} : { text: attachment.text }),
      actions: attachment.actions.map((button) => this.#drawButton(button, post)),
    }));
  }

  #drawButton(button: MattermostAttachment['actions'][number], post: PostRef): object {
    if (!/^[A-Za-z0-9]+$/.test(button.id) || !isButtonAction(button.action)) {
      throw new McoError('bug/bad-button', 'a button has an id that Mattermost does not find again');
    }
    const { chat, actionKey, callbackUrl, clock } = this.#options;
    const place = { chat, post: post.id, channel: post.channel };
    const meaning = { action: button.action, run: button.run, thread: post.thread ?? '', now: clock.now() };
    return {
      id: button.id,
      type: 'button',
      name: button.name,
      ...(button.style === undefined ? {} : { style: button.style }),
      integration: { url: `${callbackUrl}${ACTION_PATH}`, context: signContext(actionKey, place, meaning) },
    };
  }
}

/** The server's `PostEditTimeLimit` is over. */
const isTooLate = (error: unknown): boolean => serverErrorId(error).includes('time_limit');

const hasButtons = ({ attachments }: MattermostMessageContent): boolean =>
  (attachments ?? []).some(({ actions }) => actions.length > 0);
