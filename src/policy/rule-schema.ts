import * as v from 'valibot';
import { WORD } from '../core/names.ts';
import { ACTION_GLOB_PATTERN } from './glob.ts';
import { PLACE_PATTERN } from './place.ts';

/** Also keeps what an editor shows from filling the screen. */
const MAX_ENTRIES = 1000;
const MAX_INPUTS = 50;
const MAX_NODES = 1_000_000;
const MAX_APPROVALS = 10;
const NO_CONTROLS = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const NODES_TEXT = /^[^\p{C}\p{Zl}\p{Zp}]{1,1000}$/u;
const DURATION = /^[1-9]\d{0,4}[smh]$/;

export const text = v.string('is not text; put quotes round it');

/** A list with something in it. */
export const list = <T>(item: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> =>
  v.pipe(v.array(item, 'is not a list'), v.minLength(1, 'is empty'), v.maxLength(MAX_ENTRIES, 'is too long'));

/**
 * For editors. They complete the words that `enum` lists, and know actions and places by their `pattern`; what is wrong is
 * said when names are resolved.
 */
export const effect = v.pipe(
  text,
  v.description('`read` or `write`. `write` includes `read`. A read never changes a node.'),
  v.metadata({ enum: ['read', 'write'] }),
);

const actions = v.pipe(
  list(v.pipe(text, v.metadata({ pattern: ACTION_GLOB_PATTERN.source }))),
  v.description(
    'Globs over `AGENT.ACTION`: `package.update`, `package.*`, `*`. What the bot does by itself, and a shell, are named in full: `mcobot.audit`, `mcobot.policy`, `shell.run`, `shell.*`.',
  ),
);

export const who = v.pipe(
  list(text),
  v.description("People's names, `group:NAME`, or `everyone`. On a node callers as well: `person:ana`."),
);

export const places = v.pipe(
  list(v.pipe(text, v.metadata({ pattern: PLACE_PATTERN.source }))),
  v.description(
    'Only in these places: `slack:T024BE7LD/C0INC42`, `slack:T024BE7LD/*`, `mattermost:*`, `console`. Left out: everywhere. Not on nodes.',
  ),
);

const inputName = v.pipe(text, v.regex(WORD, "is not an input's name"));

const inputs = v.pipe(
  v.record(
    inputName,
    list(v.pipe(text, v.regex(NO_CONTROLS, 'is not a glob of 1 to 200 characters'))),
    'is not a map of inputs such as `{ package: ["openafs-*"] }`',
  ),
  v.minEntries(1, 'is empty'),
  v.maxEntries(MAX_INPUTS, 'names too many inputs'),
  v.description(
    'Input name -> globs for its whole value, one of which must match: `{ package: ["openafs-*", libc6] }`. An input that is not given matches none.',
  ),
);

const nodes = v.pipe(
  text,
  v.regex(NODES_TEXT, 'is not one line of 1 to 1000 characters'),
  v.description('Only these nodes, as filter options: `-F environment=staging -C web`. `-F -C -I -W -S` may be used.'),
);

const count = (max: number) => {
  const message = `is not a whole number from 1 to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(max, message));
};

const upTo = (max: number) => {
  const message = `is not a whole number from 0 to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(0, message), v.maxValue(max, message));
};

const approval = v.pipe(
  v.strictObject(
    {
      over_nodes: v.optional(
        v.pipe(upTo(MAX_NODES), v.description('Up to so many nodes no approval is needed. Default 0: always.')),
      ),
      from: v.pipe(text, v.description('The group whose members may approve. Never the one who asks.')),
      count: v.optional(v.pipe(count(MAX_APPROVALS), v.description('How many people have to approve. Default 1.'))),
      expires: v.optional(
        v.pipe(
          text,
          v.regex(DURATION, 'is not a time such as `90s`, `30m` or `2h`'),
          v.description('How long it waits for approval, `1m` to `24h`. Default `30m`.'),
        ),
      ),
    },
    'is not an approval such as `{ over_nodes, from, count, expires }`',
  ),
  v.description('Somebody else has to approve the frozen list of nodes and every argument.'),
);

/** Part of a role. */
export const allowRule = v.strictObject(
  {
    actions,
    effect,
    inputs: v.optional(inputs),
    nodes: v.optional(nodes),
    max_nodes: v.optional(v.pipe(count(MAX_NODES), v.description('Over so many nodes at once it is refused.'))),
    require_filter: v.optional(
      v.pipe(
        v.boolean('is neither `true` nor `false`'),
        v.description('Whether somebody has to say which nodes. Default: of a write, yes; of a read, no.'),
      ),
    ),
    approval: v.optional(approval),
  },
  'is not a rule such as `{ actions, effect }`',
);

/** A denial. */
export const denyRule = v.strictObject(
  {
    actions,
    who,
    in: v.optional(places),
    effect: v.optional(
      v.pipe(
        text,
        v.description('`write`: reads are left alone. Left out: both are denied.'),
        v.metadata({ enum: ['write'] }),
      ),
    ),
    inputs: v.optional(inputs),
    nodes: v.optional(nodes),
    reason: v.optional(
      v.pipe(
        text,
        v.regex(NO_CONTROLS, 'is not one line of at most 200 characters'),
        v.description('What people are told.'),
      ),
    ),
  },
  'is not a rule such as `{ actions, who, in, reason }`',
);
