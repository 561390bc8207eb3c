import * as v from 'valibot';

/**
 * The names of people, groups and roles: plain lower-case ASCII, so that names which look alike are the same name, and
 * none of YAML's other words, so that a bare `true` or `12` is never taken for one.
 */
const NAME = /^(?!(?:true|false|null|everyone)$)[a-z][a-z0-9._-]{0,63}$/;
const PRINCIPAL = /^(?!(?:true|false|null|NaN|Infinity)$)[A-Za-z][A-Za-z0-9._@+-]{0,254}$/;
const NO_CONTROLS = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const SLACK_ACCOUNT = /^[TE][A-Z0-9]{1,30}\/[UW][A-Z0-9]{1,30}$/;
const MATTERMOST_ACCOUNT = /^[a-z0-9][a-z0-9.-]{0,150}(?::\d{1,5})?\/[a-z0-9]{1,40}$/;
const SLACK_GROUP = /^[TE][A-Z0-9]{1,30}\/S[A-Z0-9]{1,30}$/;
const MATTERMOST_GROUP = /^[a-z0-9][a-z0-9.-]{0,150}(?::\d{1,5})?\/(?:channel|team|group)\/[a-z0-9]{1,40}$/;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

const MAX_ENTRIES = 1000;

const text = v.string('is not text; put quotes round it');
const name = v.pipe(text, v.regex(NAME, 'is not a plain lower-case name'));
const principal = v.pipe(text, v.regex(PRINCIPAL, "is not a signer's name"));

const list = <T>(item: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> =>
  v.pipe(v.array(item, 'is not a list'), v.minLength(1, 'is empty'), v.maxLength(MAX_ENTRIES, 'is too long'));

const rules = <T>(item: v.GenericSchema<unknown, T>): v.ArraySchema<v.GenericSchema<unknown, T>, string> =>
  v.array(item, 'is not a list');

const accounts = (pattern: RegExp, example: string) =>
  v.optional(list(v.pipe(text, v.regex(pattern, `is not an account such as \`${example}\``))));

const person = v.strictObject(
  {
    slack: accounts(SLACK_ACCOUNT, 'T024BE7LD/U2147483697'),
    mattermost: accounts(MATTERMOST_ACCOUNT, 'chat.example.org/w7x1n8'),
    ssh: accounts(FINGERPRINT, 'SHA256:...'),
    console: accounts(LOGIN, 'ana'),
    unix: accounts(LOGIN, 'ana'),
  },
  'is not a map of accounts; write `{}` for none',
);

const chatGroups = (pattern: RegExp, example: string) =>
  v.optional(list(v.pipe(text, v.regex(pattern, `is not a group such as \`${example}\``))));

const group = v.strictObject(
  {
    members: v.optional(list(text)),
    slack: chatGroups(SLACK_GROUP, 'T024BE7LD/S0614TZR7'),
    mattermost: chatGroups(MATTERMOST_GROUP, 'chat.example.org/channel/ID'),
  },
  'is not a group such as `{ members }`',
);

const allowRule = v.strictObject({ actions: list(text), effect: text }, 'is not a rule such as `{ actions, effect }`');

const role = v.strictObject(
  { includes: v.optional(list(text)), allow: v.optional(list(allowRule)) },
  'is not a role such as `{ includes, allow }`',
);

const binding = v.strictObject(
  { role: text, who: list(text), in: v.optional(list(text)) },
  'is not a binding such as `{ role, who, in }`',
);

const denyRule = v.strictObject(
  {
    actions: list(text),
    who: list(text),
    in: v.optional(list(text)),
    reason: v.optional(v.pipe(text, v.regex(NO_CONTROLS, 'is not one line of at most 200 characters'))),
  },
  'is not a rule such as `{ actions, who, in, reason }`',
);

const signer = v.strictObject(
  { effect: text, callers: v.optional(list(text)) },
  'is not a signer such as `{ effect, callers }`',
);

const ruleSections = {
  people: v.optional(v.record(name, person, 'is not a map of people')),
  groups: v.optional(v.record(name, group, 'is not a map of groups')),
  roles: v.optional(v.record(name, role, 'is not a map of roles')),
  bindings: v.optional(rules(binding)),
  deny: v.optional(rules(denyRule)),
};

/** One of the bot's policy files. */
export const botFileSchema = v.strictObject(ruleSections, 'is not a map of policy sections');

/** A node's policy file: the same language, and who may sign. */
export const nodeFileSchema = v.strictObject(
  { ...ruleSections, signers: v.record(principal, signer, 'is not a map of signers') },
  'is not a map of policy sections',
);

export type BotFile = v.InferOutput<typeof botFileSchema>;
export type NodeFile = v.InferOutput<typeof nodeFileSchema>;
