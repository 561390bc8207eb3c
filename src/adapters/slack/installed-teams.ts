import * as v from 'valibot';
import { teamId } from './slack-ids.ts';

const loose = v.object({
  team_id: v.nullish(teamId),
  team: v.nullish(v.object({ id: teamId })),
  authorizations: v.nullish(v.array(v.object({ team_id: v.nullish(teamId) }))),
});

/**
 * The workspaces for which Slack delivers this to the app. For an event it is what the app is authorised for, since the
 * event itself may have come about in another workspace that shares the channel; else it is the payload's own team.
 */
export function readInstalledTeams(body: unknown): readonly string[] {
  const parsed = v.safeParse(loose, body);
  if (!parsed.success) return [];
  const { authorizations, team, team_id } = parsed.output;
  const authorised = (authorizations ?? []).map((authorization) => authorization.team_id);
  const teams = authorised.length > 0 ? authorised : [team?.id ?? team_id];
  return teams.filter((id) => typeof id === 'string');
}
