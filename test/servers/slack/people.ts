import type { Courier } from './delivery.ts';
import { findTextMentions } from './find-mentions.ts';
import { MethodError } from './method-error.ts';
import {
  findButton,
  wrapEvent,
  writeChangeEvent,
  writeCommand,
  writeMention,
  writeMessageEvent,
  writePress,
} from './payloads.ts';
import { isRecord } from './read-arguments.ts';
import { type Origin, type ResponseUrls, respond } from './response-urls.ts';
import type { Delivered, SlackServer } from './slack-types.ts';
import { type Channel, findMessage, type StoredMessage, type Workspace } from './workspace.ts';

const NOTHING: Delivered = { acknowledgedAfterMs: undefined, deliveries: 0 };
const WIRE_TOKEN = /<(?:[@#!][^<>]+|https?:\/\/[^<>]+|mailto:[^<>]+)>|&(?:amp|lt|gt);|[&<>]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export type People = Pick<SlackServer, 'slashCommand' | 'say' | 'editMessage' | 'press'> & {
  /** The event for something that the bot itself wrote in a direct message. */
  tellOwn(message: StoredMessage, change: 'new' | 'edited'): void;
};

/** What people do in the workspace, and what the app is told of it. */
export function createPeople(options: {
  workspace: Workspace;
  courier: Courier;
  responseUrls: ResponseUrls;
  events: readonly string[];
}): People {
  const { workspace, courier, responseUrls } = options;
  const events = new Set(options.events);

  function needPlace(user: string, id: string): Channel {
    const channel = workspace.channels.get(id);
    const person = workspace.users.get(user);
    if (channel === undefined) throw new Error(`there is no channel ${id}`);
    if (person === undefined || person.isDeleted) throw new Error(`there is no user ${user}`);
    if (!channel.members.has(user)) throw new Error(`${user} is not in ${id}`);
    if (channel.isArchived) throw new Error(`${id} is archived`);
    return channel;
  }

  /** Whether messages of this channel are told at all. */
  function hearsMessages(channel: Channel): boolean {
    const [event, scope] = {
      im: ['message.im', 'im:history'],
      group: ['message.groups', 'groups:history'],
      channel: ['message.channels', 'channels:history'],
    }[channel.kind] as [string, string];
    return channel.members.has(workspace.botUser) && events.has(event) && workspace.scopes.has(scope);
  }

  function hearsMention(channel: Channel, message: StoredMessage): boolean {
    if (channel.kind === 'im' || !channel.members.has(workspace.botUser)) return false;
    if (!events.has('app_mention') || !workspace.scopes.has('app_mentions:read')) return false;
    return findTextMentions(message.text).includes(workspace.botUser);
  }

  async function tell(list: readonly Record<string, unknown>[]): Promise<Delivered> {
    const all = await Promise.all(list.map((event) => courier.deliver('event', wrapEvent(workspace, event))));
    const times = all.map(({ acknowledgedAfterMs }) => acknowledgedAfterMs);
    const isMissing = all.length === 0 || times.includes(undefined);
    return {
      acknowledgedAfterMs: isMissing ? undefined : Math.max(...times.map((time) => time ?? 0)),
      deliveries: all.reduce((sum, { deliveries }) => sum + deliveries, 0),
    };
  }

  /** What the acknowledgement itself says is shown like an answer through the response URL. */
  function takeResponse(origin: Origin, response: unknown): void {
    const args = typeof response === 'string' ? { text: response } : response;
    if (!isRecord(args) || (args.text ?? args.blocks ?? '') === '') return;
    try {
      respond(workspace, origin, { args, via: 'acknowledgement' });
    } catch (error) {
      if (!(error instanceof MethodError)) throw error;
    }
  }

  return {
    async slashCommand({ user, channel: id, text, thread }) {
      if (thread !== undefined) throw new Error('/mco is not supported in threads');
      const channel = needPlace(user, id);
      if (!workspace.scopes.has('commands')) throw new Error('/mco is not a valid command');
      const origin = { user, channel: id };
      const responseUrl = responseUrls.create(origin, 'commands');
      const payload = writeCommand(workspace, { user, channel, text: encodeText(text), responseUrl });
      return await courier.deliver('command', payload, (response) => takeResponse(origin, response));
    },
    async say({ user, channel: id, text, thread }) {
      const channel = needPlace(user, id);
      if (thread !== undefined && findMessage(channel, thread) === undefined)
        throw new Error(`there is no message ${thread} in ${id}`);
      const root = thread === undefined ? undefined : (findMessage(channel, thread)?.thread_ts ?? thread);
      const message: StoredMessage = {
        channel: id,
        ts: workspace.newTs(),
        ...(root === undefined ? {} : { thread_ts: root }),
        user,
        text: encodeText(text),
        edits: 0,
        notified: findTextMentions(encodeText(text)),
      };
      channel.messages.push(message);
      const delivered = await tell([
        ...(hearsMention(channel, message) ? [writeMention(workspace, message, false)] : []),
        ...(hearsMessages(channel) ? [writeMessageEvent(workspace, channel, message)] : []),
      ]);
      return { ...delivered, ts: message.ts };
    },
    async editMessage({ channel: id, ts, text, resendMention }) {
      const channel = workspace.channels.get(id);
      const message = channel === undefined ? undefined : findMessage(channel, ts);
      if (channel === undefined || message === undefined) throw new Error(`there is no message ${ts} in ${id}`);
      message.text = encodeText(text);
      message.edits += 1;
      await tell([
        ...(hearsMessages(channel) ? [writeChangeEvent(workspace, channel, message)] : []),
        ...(resendMention && hearsMention(channel, message) ? [writeMention(workspace, message, true)] : []),
      ]);
    },
    async press({ user, channel: id, ts, actionId }) {
      const channel = needPlace(user, id);
      const message = findMessage(channel, ts);
      const ephemeral = workspace.ephemerals.get(user)?.find((other) => other.ts === ts && other.channel === id);
      const button = findButton((message ?? ephemeral)?.blocks, actionId);
      if (button === undefined) throw new Error(`there is no button ${actionId} in message ${ts} of ${id}`);
      const thread = (message ?? ephemeral)?.thread_ts;
      const responseUrl = responseUrls.create({ user, channel: id, message: message?.ts }, 'actions');
      const payload = writePress(workspace, { user, channel, ts, thread, message, button, responseUrl });
      return await courier.deliver('click', payload);
    },
    tellOwn(message, change) {
      const channel = workspace.channels.get(message.channel);
      if (channel === undefined || !hearsMessages(channel)) return;
      const write = change === 'new' ? writeMessageEvent : writeChangeEvent;
      tell([write(workspace, channel, message)]).catch(() => NOTHING);
    },
  };
}

/** A typed text as Slack sends it: `&`, `<` and `>` are entities; what already is a mention or a link stays. */
function encodeText(text: string): string {
  return text.replace(WIRE_TOKEN, (token) => ENTITIES[token] ?? token);
}
