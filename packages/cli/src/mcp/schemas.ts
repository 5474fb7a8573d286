import * as z from 'zod';
import { refusalSchema } from './refusal.ts';

/** A schema as MCP has it: JSON Schema 2020-12 of an object. */
interface ObjectSchema {
  [keyword: string]: unknown;
  readonly type: 'object';
}

/** The schema of a tool's arguments. */
export function toInputSchema(schema: z.ZodObject): ObjectSchema {
  return { ...toJsonSchema(schema, 'input'), type: 'object' };
}

/** The schema of a tool's structured content: one of its results, or a refusal. Clients check both against it. */
export function toOutputSchema(results: readonly z.ZodType[]): ObjectSchema {
  return { type: 'object', ...toJsonSchema(z.union([...results, refusalSchema]), 'output') };
}

/** Allows additional properties, so that a result with the fields of a newer server is valid too. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  // Refinements have no JSON Schema. Their limits are in the metadata of the schema.
  const { $schema, ...jsonSchema } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema: node }) {
      delete node.additionalProperties;
      // The name of a schema in OpenAPI, which is no keyword of JSON Schema.
      delete node.id;
      // The format says the same in fewer words, which an assistant has to read.
      if (node.format !== undefined) delete node.pattern;
    },
  });
  return jsonSchema;
}
