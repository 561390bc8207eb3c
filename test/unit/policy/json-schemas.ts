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
    overrideAction: ({ valibotAction, jsonSchema }) =>
      isUnicodePattern(valibotAction) ? { ...jsonSchema, pattern: writePlainly(valibotAction.requirement) } : undefined,
  });
  const text = JSON.stringify({ $schema, title, ...made }, null, 2);
  return `${text.replace(/[^\n -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/**
 * What steers a terminal, turns a line round or can't be seen: most of the classes of Unicode that the programs refuse.
 * Editors read patterns with engines that know no such classes, and no escapes longer than `\x`.
 */
const CONTROLS = '\\x00-\\x1f\\x7f-\\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb';

const writePlainly = ({ source }: RegExp): string => source.replace('\\p{C}\\p{Zl}\\p{Zp}', CONTROLS);

/** `v.metadata({ enum })`: the words that an editor offers; `v.metadata({ pattern })`: what it underlines. */
function addWords(schema: v.GenericSchema, made: JsonSchema): JsonSchema {
  const { enum: words, pattern } = v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]);
  return {
    ...made,
    ...(Array.isArray(words) ? { enum: words as string[] } : {}),
    ...(typeof pattern === 'string' ? { pattern } : {}),
  };
}

function isUnicodePattern(action: object): action is { requirement: RegExp } {
  return 'requirement' in action && action.requirement instanceof RegExp && action.requirement.flags === 'u';
}
