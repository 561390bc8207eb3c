import * as v from 'valibot';

/** Slack's own ids, as far as their shape is certain. Anything else is not from Slack. */
export const teamId = v.pipe(v.string(), v.regex(/^[TE][A-Z0-9]{2,30}$/));
export const userId = v.pipe(v.string(), v.regex(/^[UW][A-Z0-9]{2,30}$/));
export const channelId = v.pipe(v.string(), v.regex(/^[CDG][A-Z0-9]{2,30}$/));
/** A message's `ts`: its time in seconds, and its id within the channel. */
export const messageTs = v.pipe(v.string(), v.regex(/^\d{1,12}\.\d{1,10}$/));
export const triggerId = v.pipe(v.string(), v.regex(/^[0-9A-Za-z._-]{1,150}$/));

const ACCOUNT = /^slack:([TE][A-Z0-9]{2,30})\/([UW][A-Z0-9]{2,30})$/;
const GROUP = /^slack:([TE][A-Z0-9]{2,30})\/(S[A-Z0-9]{2,30})$/;

export interface TeamMember {
  readonly team: string;
  readonly id: string;
}

/** `slack:T024BE7LD/U2147483697`, by the user's own team, which is not the bot's in a channel shared with another one. */
export const formatAccount = (team: string, user: string): string => `slack:${team}/${user}`;

/** The team and the user of an account; undefined when it is not one of Slack's. */
export const parseAccount = (account: string): TeamMember | undefined => parse(ACCOUNT, account);

/** The team and the user group of `slack:T024BE7LD/S0614TZR7`; undefined when it is not one of Slack's. */
export const parseGroup = (group: string): TeamMember | undefined => parse(GROUP, group);

function parse(pattern: RegExp, text: string): TeamMember | undefined {
  const [, team, id] = pattern.exec(text) ?? [];
  return team === undefined || id === undefined ? undefined : { team, id };
}
