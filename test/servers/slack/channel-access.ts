import { MethodError } from './method-error.ts';
import type { Channel, Workspace } from './workspace.ts';

/** A channel that the bot is in. Private ones that it is not in do not exist for it. */
export function needOwnChannel(workspace: Workspace, id: string): Channel {
  const channel = needVisibleChannel(workspace, id);
  if (!channel.members.has(workspace.botUser)) throw new MethodError('not_in_channel');
  return channel;
}

export function needVisibleChannel(workspace: Workspace, id: string): Channel {
  const channel = workspace.channels.get(id);
  if (channel === undefined) throw new MethodError('channel_not_found');
  if (channel.kind !== 'channel' && !channel.members.has(workspace.botUser)) throw new MethodError('channel_not_found');
  return channel;
}
