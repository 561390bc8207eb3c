import * as v from 'valibot';
import { McoError } from '../../core/errors.ts';
import { commandSchema } from './answer-schemas.ts';
import { type RestClient, readAnswer } from './rest-client.ts';

type SdkCommand = Parameters<RestClient['addCommand']>[0];

export interface CommandPlan {
  readonly team: string;
  /** Without its `/`. */
  readonly trigger: string;
  readonly url: string;
  /** The name under which the server shows short answers. */
  readonly username: string;
}

export interface CommandResult {
  readonly id: string;
  /** A secret: for the configuration, not for a log. */
  readonly token: string;
  readonly outcome: 'created' | 'moved' | 'kept';
  /** Where it pointed before, when it was moved. */
  readonly oldUrl?: string | undefined;
}

/** Finds the team's slash command, or makes it; there is never a second one. */
export async function setUpCommand(client: RestClient, plan: CommandPlan): Promise<CommandResult> {
  const { team, trigger, url } = plan;
  const listed = readAnswer(v.array(commandSchema), await client.getCustomTeamCommands(team));
  const found = listed.find((command) => command.trigger === trigger);
  if (found === undefined) {
    const created = readAnswer(commandSchema, await client.addCommand(describeCommand(plan)));
    return { id: created.id, token: requireToken(created), outcome: 'created' };
  }
  if (found.url === url) return { id: found.id, token: requireToken(found), outcome: 'kept' };
  const changed = { ...found, team_id: team, method: 'P', url } as unknown as SdkCommand;
  const moved = readAnswer(commandSchema, await client.editCommand(changed));
  return { id: found.id, token: moved.token || requireToken(found), outcome: 'moved', oldUrl: found.url };
}

function describeCommand({ team, trigger, url, username }: CommandPlan): SdkCommand {
  const command = {
    team_id: team,
    method: 'P',
    trigger,
    url,
    username,
    display_name: 'mcobot',
    description: 'Commands to the fleet',
    auto_complete: true,
    auto_complete_desc: 'Ask and command the fleet',
    auto_complete_hint: 'help | AGENT ACTION [ARGUMENTS] [FILTER]',
  };
  return command as unknown as SdkCommand;
}

function requireToken({ token }: { token: string }): string {
  if (token !== '') return token;
  throw new McoError('failed/chat-refused', 'Mattermost does not show the token of the slash command', {
    hint: 'use the token of a system administrator, or one with the right to manage slash commands',
  });
}
