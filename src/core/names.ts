import * as v from 'valibot';

/**
 * The names that travel and end up in destinations, file names and audit records.
 * All are plain ASCII, so that two names which look alike are the same name.
 */

/** A node's identity: lower case, as host names are compared; dots are allowed. 255 characters at most. */
export const IDENTITY = /^[a-z0-9](?:[a-z0-9._-]{0,253}[a-z0-9])?$/;

/** A collective is one segment of a destination: no dots. */
export const COLLECTIVE = /^[a-z][a-z0-9_-]{0,63}$/;

/** An agent's, action's or field's name. */
export const WORD = /^[a-z][a-z0-9_]{0,63}$/;

/** A bot's name: one segment of its reply queue. */
export const BOT_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * A caller: `person:ana`, `slack:TEAM/USER`, `mattermost:HOST/USER`, `unix:ana`. The kind comes first, so no
 * two kinds can collide, and everything is compared by equality.
 */
export const CALLER = /^(?:person|slack|mattermost|unix|console):[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}$/;

/** A UUID in its canonical lower-case form (RFC 9562). */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const identitySchema = v.pipe(v.string(), v.regex(IDENTITY, 'is not a node identity (lower-case host name)'));
export const collectiveSchema = v.pipe(v.string(), v.regex(COLLECTIVE, 'is not a collective name'));
export const wordSchema = v.pipe(v.string(), v.regex(WORD, 'is not a plain lower-case name'));
export const callerSchema = v.pipe(v.string(), v.regex(CALLER, 'is not a caller such as `person:ana`'));
export const uuidSchema = v.pipe(v.string(), v.regex(UUID, 'is not a UUID'));
