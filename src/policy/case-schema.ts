import * as v from 'valibot';
import type { Facts, FactValue } from '../core/facts.ts';
import { IDENTITY, WORD } from '../core/names.ts';

const text = v.string('is not text; put quotes round it');
const count = 'is not a whole number from 1 to 1000000';

const facts = v.pipe(
  v.record(text, v.unknown(), 'is not a map of facts'),
  // What YAML can say is what a fact can be.
  v.transform((given): Facts => given as Record<string, FactValue>),
);

const fields = {
  action: v.pipe(text, v.regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'is not `AGENT.ACTION`')),
  effect: v.picklist(['read', 'write'], 'is neither `read` nor `write`'),
  /** With defaults. */
  inputs: v.optional(
    v.record(
      v.pipe(text, v.regex(WORD, "is not an input's name")),
      v.union([v.string(), v.number(), v.boolean()], 'is neither text, a number nor a boolean'),
      'is not a map of inputs',
    ),
  ),
  /** How many are meant. */
  nodes: v.optional(v.pipe(v.number(count), v.integer(count), v.minValue(1, count), v.maxValue(1_000_000, count))),
  /** What was typed to say which: `-F environment=staging`, `--nodes last`. */
  filter: v.optional(text),
  expect: v.picklist(['allow', 'deny', 'needs-approval'], 'is neither `allow`, `deny` nor `needs-approval`'),
  /** A rule that must be among those that counted. */
  rule: v.optional(text),
  reason: v.optional(text),
};

/** Groups of chat services: those that whoever asks is in, and those that can't be looked up. All others: not in them. */
const memberships = { groups: v.optional(v.array(text)), unresolved: v.optional(v.array(text)) };

const node = {
  identity: v.optional(v.pipe(text, v.regex(IDENTITY, "is not a node's name"))),
  facts: v.optional(facts),
  classes: v.optional(v.array(text)),
  approved_by: v.optional(v.array(text)),
};

/** `policies/cases/*.yaml` for the bot's policy. */
export const botCasesSchema = v.strictObject({
  cases: v.pipe(v.array(v.strictObject({ as: text, in: text, ...memberships, ...fields })), v.minLength(1)),
});

/** The same for a node's. */
export const nodeCasesSchema = v.strictObject({
  cases: v.pipe(v.array(v.strictObject({ signer: text, as: text, ...node, ...fields })), v.minLength(1)),
});

/** What cases of both kinds say. */
export type CaseFields = v.InferOutput<v.StrictObjectSchema<typeof fields, undefined>>;
