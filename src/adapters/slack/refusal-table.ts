/** What one of Slack's error codes means for us: the end of the McoError's code, what it says, and what to do. */
export interface SlackRefusal {
  readonly kind: 'busy' | 'unknown' | 'refused';
  readonly message: string;
  readonly hint?: string;
}

const refused = (message: string, hint?: string): SlackRefusal =>
  hint === undefined ? { kind: 'refused', message } : { kind: 'refused', message, hint };
const unknown = (message: string): SlackRefusal => ({ kind: 'unknown', message });

const INVITE = 'invite the bot: `/invite @mco` in that channel';
const TOKEN = 'take the tokens anew from the app at api.slack.com/apps and restart the bot';
const badToken = refused('slack does not accept the token', TOKEN);
const notIn = refused('the bot is not in that channel', INVITE);
const noChannel = refused('there is no such channel, or the bot does not see it', INVITE);
const isArchived = refused('the channel is archived', 'unarchive the channel, or ask in another one');
const noGroup = refused('slack has no such user group', 'correct the id of the group in the policy');
const noPlan = refused('the plan of this workspace has no user groups', 'list the people in the policy instead');
const isClosed = refused('slack does not let that message be edited any more');
const isTooLong = refused('the message is too long for slack');
const noPosting = refused(
  'this channel does not let the bot post',
  'ask who manages the channel to let apps post there',
);
const tooBusy: SlackRefusal = { kind: 'busy', message: 'slack takes no more messages at the moment' };
const trouble = unknown('slack has trouble of its own');

/** Slack's error codes (https://docs.slack.dev/reference/methods, "Errors" of each method). Those that are not here are refusals. */
export const REFUSALS: Readonly<Record<string, SlackRefusal>> = {
  // Not now.
  ratelimited: tooBusy,
  rate_limited: tooBusy,
  message_limit_exceeded: tooBusy,
  // Nobody knows whether it was done.
  fatal_error: trouble,
  internal_error: trouble,
  service_unavailable: trouble,
  request_timeout: trouble,
  team_added_to_org: unknown('slack is moving this workspace'),
  // The place.
  not_in_channel: notIn,
  user_not_in_channel: refused('that person is not in the channel'),
  channel_not_found: noChannel,
  is_archived: isArchived,
  is_inactive: isArchived,
  restricted_action: noPosting,
  restricted_action_read_only_channel: noPosting,
  restricted_action_thread_only_channel: noPosting,
  restricted_action_non_threadable_channel: noPosting,
  restricted_action_thread_locked: noPosting,
  ekm_access_denied: noPosting,
  cannot_reply_to_message: refused('that message takes no replies'),
  thread_not_found: refused('the thread is gone'),
  // The message.
  message_not_found: refused('the message was deleted'),
  cant_update_message: isClosed,
  edit_window_closed: isClosed,
  msg_too_long: isTooLong,
  msg_blocks_too_long: isTooLong,
  no_text: refused('the message is empty'),
  invalid_blocks: refused('slack does not draw the message: its blocks are wrong'),
  invalid_arguments: refused('slack does not understand the call'),
  // People and groups.
  user_not_found: refused('slack knows nobody of that id'),
  user_not_visible: refused('slack does not show that person to the bot'),
  cannot_dm_bot: refused('that account takes no direct messages'),
  user_disabled: refused('that account is deactivated'),
  no_such_subteam: noGroup,
  subteam_not_found: noGroup,
  plan_upgrade_required: noPlan,
  paid_teams_only: noPlan,
  // The app.
  missing_scope: refused('the slack app lacks a scope', 'install the app again with the scopes of its manifest'),
  not_authed: badToken,
  invalid_auth: badToken,
  account_inactive: badToken,
  token_revoked: badToken,
  token_expired: badToken,
  not_allowed_token_type: badToken,
  no_permission: refused('the token may not do that', TOKEN),
  access_denied: refused('slack denies the bot access', TOKEN),
  org_login_required: refused('the workspace was moved to an organisation', TOKEN),
  file_upload_size_restricted: refused('the file is larger than this workspace takes'),
  file_uploads_disabled: refused('this workspace takes no files'),
  storage_limit_reached: refused('the storage of this workspace is full'),
};
