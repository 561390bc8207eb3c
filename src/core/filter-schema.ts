import * as v from 'valibot';
import type { DataTest, Expression, FactTest, Filter, NameTest } from './filter.ts';
import { LIMITS } from './limits.ts';
import { wordSchema } from './names.ts';
import type { Pattern } from './regex.ts';

/** What a filter may look like when it arrives in a request. Unknown keys are refused. */

const MAX_TESTS = 200;
const text = v.pipe(v.string(), v.maxLength(1000));
const list = <T>(item: v.GenericSchema<T>) => v.pipe(v.array(item), v.maxLength(MAX_TESTS));

const pattern: v.GenericSchema<Pattern> = v.strictObject({
  pattern: v.pipe(v.string(), v.maxLength(LIMITS.patternLength)),
  ignoreCase: v.optional(v.boolean()),
});

const factTest: v.GenericSchema<FactTest> = v.union([
  v.strictObject({ fact: text, op: v.picklist(['=', '!=', '<', '>', '<=', '>=']), value: text }),
  v.strictObject({ fact: text, op: v.picklist(['=~', '!~']), value: pattern }),
]);

const nameTest: v.GenericSchema<NameTest> = v.union([
  v.strictObject({ is: text }),
  v.strictObject({ matches: pattern }),
]);

const dataTest: v.GenericSchema<DataTest> = v.strictObject({
  function: wordSchema,
  argument: v.optional(text),
  field: text,
  op: v.picklist(['=', '!=', '<', '>', '<=', '>=', '=~', '!~']),
  value: v.union([text, pattern]),
});

const expression: v.GenericSchema<Expression> = v.lazy(() =>
  v.union([
    v.strictObject({ all: list(expression) }),
    v.strictObject({ any: list(expression) }),
    v.strictObject({ not: expression }),
    v.strictObject({ fact: factTest }),
    v.strictObject({ class: nameTest }),
    v.strictObject({ identity: nameTest }),
    v.strictObject({ data: dataTest }),
  ]),
);

export const filterSchema: v.GenericSchema<Filter> = v.strictObject({
  facts: list(factTest),
  classes: list(nameTest),
  agents: list(nameTest),
  identities: v.pipe(v.array(nameTest), v.maxLength(20_000)),
  where: list(expression),
});
