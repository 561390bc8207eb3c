/** As much of JSON Schema as the policies' schemas use. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

const NOTES = new Set(['$schema', 'title', 'description']);

const KEYWORDS: Readonly<Record<string, (schema: Schema, value: unknown) => boolean>> = {
  type: ({ type }, value) => typeOf(value) === type || (type === 'number' && typeOf(value) === 'integer'),
  required: ({ required = [] }, value) => !isObject(value) || required.every((key) => Object.hasOwn(value, key)),
  pattern: ({ pattern = '' }, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  enum: (schema, value) => schema.enum?.includes(value) === true,
  minItems: ({ minItems }, value) => !Array.isArray(value) || value.length >= Number(minItems),
  maxItems: ({ maxItems }, value) => !Array.isArray(value) || value.length <= Number(maxItems),
  minProperties: ({ minProperties }, value) => !isObject(value) || Object.keys(value).length >= Number(minProperties),
  maxProperties: ({ maxProperties }, value) => !isObject(value) || Object.keys(value).length <= Number(maxProperties),
  minimum: ({ minimum }, value) => typeof value !== 'number' || value >= Number(minimum),
  maximum: ({ maximum }, value) => typeof value !== 'number' || value <= Number(maximum),
  propertyNames: ({ propertyNames = {} }, value) =>
    !isObject(value) || Object.keys(value).every((key) => checkJsonSchema(propertyNames, key).length === 0),
  // Those that go into the value say for themselves where it is wrong.
  properties: () => true,
  additionalProperties: () => true,
  items: () => true,
};

/** Where a value is not as a JSON Schema says, each as a path and a keyword. An unknown keyword is an error. */
export function checkJsonSchema(schema: Schema, value: unknown, path = '$'): string[] {
  const own = Object.keys(schema)
    .filter((keyword) => !NOTES.has(keyword))
    .filter((keyword) => {
      const check = KEYWORDS[keyword];
      if (check === undefined) throw new Error(`the keyword ${keyword} is not known here`);
      return !check(schema, value);
    });
  return [...own.map((keyword) => `${path}: ${keyword}`), ...checkInside(schema, value, path)];
}

function checkInside({ items, properties = {}, additionalProperties = true }: Schema, value: unknown, path: string) {
  if (Array.isArray(value) && items !== undefined) {
    return value.flatMap((item, index) => checkJsonSchema(items, item, `${path}.${index}`));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (schema === false) return [`${path}.${key}: additionalProperties`];
    return typeof schema === 'object' ? checkJsonSchema(schema, inner, `${path}.${key}`) : [];
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function isObject(value: unknown): value is object {
  return typeOf(value) === 'object';
}
