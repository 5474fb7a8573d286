import fc, { type Arbitrary } from 'fast-check';

/** A JSON Schema of a request, with the keywords that ours have. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Draws values that a schema accepts. Throws for a type that no request has yet. */
export function fromJsonSchema(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [type] = [schema.type].flat();
  const { minimum: min = -(2 ** 31), maximum: max = 2 ** 31 } = schema;
  switch (type) {
    case 'integer':
      return fc.integer({ min, max });
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'string':
      return drawString(schema);
    default:
      throw new Error(`Say in fromJsonSchema how to draw the type ${JSON.stringify(schema.type)}.`);
  }
}

function drawString({ pattern, minLength = 0, maxLength = 2000 }: JsonSchema): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const length = { minLength, maxLength };
  return fc.oneof(fc.string({ ...length, size: 'small' }), fc.string({ ...length, unit: 'binary' }));
}
