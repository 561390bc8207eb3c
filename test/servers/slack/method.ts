import type { Arguments } from './read-arguments.ts';
import type { Workspace } from './workspace.ts';

/** A method of the Web API. */
export interface Method {
  readonly token: 'bot' | 'app';
  /** The scope that this call needs, if any. */
  findScope(workspace: Workspace, args: Arguments): string | undefined;
  /** Its effect and its answer, without `ok`. @throws MethodError */
  run(workspace: Workspace, args: Arguments): Record<string, unknown>;
}

/** What scope a call needs, by the kind of channel it is about: `channels:history`, `im:history`. */
export function findChannelScope(what: string): Method['findScope'] {
  return (workspace, args) => {
    const kind = workspace.channels.get(String(args.channel))?.kind;
    if (kind === undefined && ['channels', 'groups', 'im'].some((name) => workspace.scopes.has(`${name}:${what}`)))
      return undefined;
    return kind === 'group' ? `groups:${what}` : kind === 'im' ? `im:${what}` : `channels:${what}`;
  };
}
