import * as v from 'valibot';
import { allowRule, denyRule, effect, list, places, text, who } from './rule-schema.ts';

/**
 * The names of people, groups and roles: plain lower-case ASCII, so that names which look alike are the same name, and
 * none of YAML's other words, so that a bare `true` or `12` is never taken for one.
 */
const NAME = /^(?!(?:true|false|null|everyone)$)[a-z][a-z0-9._-]{0,63}$/;
const PRINCIPAL = /^(?!(?:true|false|null|NaN|Infinity)$)[A-Za-z][A-Za-z0-9._@+-]{0,254}$/;
const SLACK_ACCOUNT = /^[TE][A-Z0-9]{1,30}\/[UW][A-Z0-9]{1,30}$/;
const MATTERMOST_ACCOUNT = /^[a-z0-9][a-z0-9.-]{0,150}(?::\d{1,5})?\/[a-z0-9]{1,40}$/;
const SLACK_GROUP = /^[TE][A-Z0-9]{1,30}\/S[A-Z0-9]{1,30}$/;
const MATTERMOST_GROUP = /^[a-z0-9][a-z0-9.-]{0,150}(?::\d{1,5})?\/(?:channel|team|group)\/[a-z0-9]{1,40}$/;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

const name = v.pipe(text, v.regex(NAME, 'is not a plain lower-case name'));
const principal = v.pipe(text, v.regex(PRINCIPAL, "is not a signer's name"));

const rules = <T>(item: v.GenericSchema<unknown, T>): v.ArraySchema<v.GenericSchema<unknown, T>, string> =>
  v.array(item, 'is not a list');

const accounts = (pattern: RegExp, example: string) =>
  v.optional(
    v.pipe(
      list(v.pipe(text, v.regex(pattern, `is not an account such as \`${example}\``))),
      v.description(`By stable ids, never by names: \`${example}\`.`),
    ),
  );

const person = v.pipe(
  v.strictObject(
    {
      slack: accounts(SLACK_ACCOUNT, 'T024BE7LD/U2147483697'),
      mattermost: accounts(MATTERMOST_ACCOUNT, 'chat.example.org/w7x1n8'),
      ssh: accounts(FINGERPRINT, 'SHA256:...'),
      console: accounts(LOGIN, 'ana'),
      unix: accounts(LOGIN, 'ana'),
    },
    'is not a map of accounts; write `{}` for none',
  ),
  v.description('One person, several accounts.'),
);

const chatGroups = (pattern: RegExp, example: string) =>
  v.optional(
    v.pipe(
      list(v.pipe(text, v.regex(pattern, `is not a group such as \`${example}\``))),
      v.description(`Everybody whom the chat service says is in it: \`${example}\`. Not on nodes.`),
    ),
  );

const group = v.strictObject(
  {
    members: v.optional(v.pipe(list(text), v.description("People's names. On a node callers as well."))),
    slack: chatGroups(SLACK_GROUP, 'T024BE7LD/S0614TZR7'),
    mattermost: chatGroups(MATTERMOST_GROUP, 'chat.example.org/channel/ID'),
  },
  'is not a group such as `{ members }`',
);

const role = v.strictObject(
  {
    includes: v.optional(v.pipe(list(text), v.description('Roles whose rules it has too.'))),
    allow: v.optional(v.pipe(list(allowRule), v.description('What no rule allows is denied.'))),
  },
  'is not a role such as `{ includes, allow }`',
);

const binding = v.strictObject(
  { role: v.pipe(text, v.description("A role's name.")), who, in: v.optional(places) },
  'is not a binding such as `{ role, who, in }`',
);

const signer = v.strictObject(
  {
    effect,
    callers: v.optional(
      v.pipe(
        list(text),
        v.description(
          'For whom the key may speak: `person:ana`, `person:*`. A must where it may write. Left out: anybody.',
        ),
      ),
    ),
    vouches: v.optional(
      v.pipe(
        v.boolean('is neither `true` nor `false`'),
        v.description(
          'Whether the approvals that it tells of count: of a bot, which asks people, and nobody else. Default: no.',
        ),
      ),
    ),
  },
  'is not a signer such as `{ effect, callers, vouches }`',
);

const ruleSections = {
  people: v.optional(
    v.pipe(v.record(name, person, 'is not a map of people'), v.description('Who is who. Names are only for reading.')),
  ),
  groups: v.optional(v.pipe(v.record(name, group, 'is not a map of groups'), v.description('Groups of people.'))),
  roles: v.optional(v.pipe(v.record(name, role, 'is not a map of roles'), v.description('What may be allowed.'))),
  bindings: v.optional(v.pipe(rules(binding), v.description('Who has which role, and where.'))),
  deny: v.optional(v.pipe(rules(denyRule), v.description('Denied whatever allows it.'))),
};

/** One of the bot's policy files. */
export const botFileSchema = v.strictObject(ruleSections, 'is not a map of policy sections');

/** A node's policy file: the same language, and who may sign. */
export const nodeFileSchema = v.strictObject(
  {
    ...ruleSections,
    signers: v.pipe(
      v.record(principal, signer, 'is not a map of signers'),
      v.description('What each signing key may ask for at most: principals of the `allowed_signers` file.'),
    ),
  },
  'is not a map of policy sections',
);

export type BotFile = v.InferOutput<typeof botFileSchema>;
export type NodeFile = v.InferOutput<typeof nodeFileSchema>;
