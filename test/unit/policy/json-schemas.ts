import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { botFileSchema, nodeFileSchema } from '../../../src/policy/policy-schema.ts';

/** The schemas for editors, by where they lie: as text, made of the schemas that the programs read policies with. */
export function makeJsonSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['policies/policy.schema.json', makeText(botFileSchema, "mcobot: one of the bot's policy files")],
    ['policies/node/policy.schema.json', makeText(nodeFileSchema, "mcobot: a node's policy file")],
  ]);
}

function makeText(schema: v.GenericSchema, title: string): string {
  const { $schema, ...made } = toJsonSchema(schema, {
    overrideSchema: ({ valibotSchema, jsonSchema }) => addWords(valibotSchema, jsonSchema),
    // Patterns in JSON Schema are read as if they had the flag `u`.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      isUnicodePattern(valibotAction) ? { ...jsonSchema, pattern: valibotAction.requirement.source } : undefined,
  });
  return `${JSON.stringify({ $schema, title, ...made }, null, 2)}\n`;
}

/** `v.metadata({ enum })`: the words that an editor offers. */
function addWords(schema: v.GenericSchema, made: JsonSchema): JsonSchema {
  const words = v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]).enum;
  return Array.isArray(words) ? { ...made, enum: words as string[] } : made;
}

function isUnicodePattern(action: object): action is { requirement: RegExp } {
  return 'requirement' in action && action.requirement instanceof RegExp && action.requirement.flags === 'u';
}
