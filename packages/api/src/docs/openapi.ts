import { listProcedureErrors, type Procedure, type ProcedureName, procedures } from '@restage/contract';
import { catalog, type ErrorCode } from '@restage/errors';
import * as z from 'zod';
import { toEventName } from '../stream-event.ts';

type Json = Record<string, unknown>;

/** The version of the wire contract, not of the program. */
const version = '1.0.0';

const toSchemaUri = (id: string) => `#/components/schemas/${id}`;

/**
 * Creates the named schemas of responses. They allow additional properties, so that generated clients accept the fields that
 * later versions add.
 */
function createNamedSchemas(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: toSchemaUri,
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, id, ...schema }]: [string, Json]) => [name, schema]),
  );
}

/** Returns the name of a response's schema, which every response has. */
function getSchemaName(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('The schema of a response has no name.');
  return id;
}

/** Describes the body of a success. */
function describeSuccess(kind: Procedure['kind'], output: z.ZodType): Json {
  const name = getSchemaName(output);
  if (kind !== 'subscription') return { 'application/json': { schema: { $ref: toSchemaUri(name) } } };
  // For a generated client, a stream is text. It parses each event with the event's schema.
  const schema = {
    type: 'string',
    description: `Server-sent events (HTML standard). Each event is a ${name}Event.`,
    contentMediaType: 'text/event-stream',
    contentSchema: { $ref: toSchemaUri(`${name}Event`) },
  };
  return { 'text/event-stream': { schema } };
}

/** Creates the named schemas of the events of subscriptions, in the format of OpenAPI 3.2. */
function createEventSchemas(): Json {
  const outputs = Object.values(procedures).flatMap(({ kind, output }) =>
    kind === 'subscription' ? output : [],
  );
  return Object.fromEntries(
    outputs.map(getSchemaName).map((name) => [`${name}Event`, createEventSchema(name)]),
  );
}

function createEventSchema(name: string): Json {
  return {
    type: 'object',
    description: `A server-sent event. Its data is a ${name} as JSON.`,
    required: ['id', 'event', 'data'],
    properties: {
      id: {
        type: 'string',
        description: 'To resume the stream after this event, send the id as `last-event-id`',
      },
      event: { type: 'string', const: toEventName(name) },
      data: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: { $ref: toSchemaUri(name) },
      },
    },
  };
}

/** Describes the error responses of an operation: one for each status, with its possible codes. */
function describeErrors(codes: readonly ErrorCode[]): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = catalog[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses: Json = {};
  for (const [status, group] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[status] = {
      description: group.map((code) => `\`${code}\`: ${catalog[code].meaning}`).join('\n\n'),
      headers: {
        'x-request-id': { $ref: '#/components/headers/RequestId' },
        link: { $ref: '#/components/headers/Help' },
        'x-error-param': { $ref: '#/components/headers/ErrorParam' },
        ...(status === 429 && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
      },
      content: {
        'application/json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Error' },
              {
                type: 'object',
                properties: { error: { type: 'object', properties: { code: { enum: group } } } },
              },
            ],
          },
        },
      },
    };
  }
  return responses;
}

/** Adds `null`, which means absent, to what the schema of an optional field accepts. */
function allowNull({ type, ...schema }: Json): Json {
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(schema.enum) && { enum: [...(schema.enum as readonly unknown[]), null] }),
  };
}

/** Describes the parameters and the body of a procedure, as its REST binding assigns them. */
function describeRequest(name: ProcedureName): Json {
  const { input, rest } = procedures[name];
  if (input === undefined) return {};
  // Refinements have no JSON Schema. Their limits are in the metadata of the schema.
  const { $schema, ...schema }: Json = z.toJSONSchema(input.schema, { io: 'input', unrepresentable: 'any' });
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const inPath = [...rest.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const query = 'query' in rest ? Object.keys(rest.query) : [];
  const headers = 'headers' in rest ? Object.entries(rest.headers) : [];
  const parameters = [
    ...inPath.map((field) => ({ name: field, in: 'path', required: true, schema: properties[field] })),
    ...query.map((field) => ({ name: field, in: 'query', required: false, schema: properties[field] })),
    ...headers.map(([header, field]) => ({
      name: header,
      in: 'header',
      required: false,
      schema: properties[field],
    })),
  ];
  if ('wait' in rest) {
    const prefer = 'A preference, RFC 7240: `wait=N` seconds for the answer';
    parameters.push({
      name: 'prefer',
      in: 'header',
      required: false,
      schema: { type: 'string', description: prefer },
    });
  }
  // What the path says is not in the body, and a body that would say nothing is none.
  for (const field of inPath) delete properties[field];
  const required = (schema.required ?? []) as readonly string[];
  for (const [field, property] of Object.entries(properties))
    if (!required.includes(field)) properties[field] = allowNull(property);
  if (rest.method === 'GET' || Object.keys(properties).length === 0) return { parameters };
  return {
    ...(parameters.length > 0 && { parameters }),
    requestBody: { required: true, content: { 'application/json': { schema } } },
  };
}

/**
 * Creates the OpenAPI 3.1 document from the procedure table.
 * @param publicUrl the server's URL, without a final slash
 */
export function createOpenApiDocument(publicUrl: string): Json {
  const schemas: Json = {
    ...createNamedSchemas(),
    ...createEventSchemas(),
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['message', 'code'],
          properties: {
            message: { type: 'string', description: 'An explanation for people' },
            code: { type: 'string', description: 'The error code, for programs' },
          },
        },
      },
    },
  };
  const paths: Record<string, Json> = {};
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    const { rest, kind, summary, description, output } = procedures[name];
    paths[rest.path] = {
      ...paths[rest.path],
      [rest.method.toLowerCase()]: {
        operationId: name,
        tags: [name.split('.')[0]],
        summary,
        description: `${description}\n\nCounts as a ${kind === 'mutation' ? 'write' : 'read'}.`,
        ...describeRequest(name),
        responses: {
          200: {
            description: kind === 'subscription' ? 'A stream of events' : 'Success',
            headers: {
              'x-request-id': { $ref: '#/components/headers/RequestId' },
              ...('volatile' in rest && { etag: { $ref: '#/components/headers/ETag' } }),
            },
            content: describeSuccess(kind, output),
          },
          ...(kind === 'subscription' && {
            204: {
              description:
                'No more events: the job has ended, and `last-event-id` is the id of its last event',
              headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' } },
            },
          }),
          ...('volatile' in rest && {
            304: {
              description: 'Not modified since the version in `if-none-match`',
              headers: {
                'x-request-id': { $ref: '#/components/headers/RequestId' },
                etag: { $ref: '#/components/headers/ETag' },
              },
            },
          }),
          ...describeErrors(listProcedureErrors(name)),
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Restage',
      version,
      summary: 'Restages footage: a subject, relit and composited into the scene you describe.',
      description: 'Wire-compatible with the SwitchX v1 API.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }, { bearer: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      headers: {
        RequestId: {
          required: true,
          description: 'The id of the request, which is also in the server’s log',
          schema: { type: 'string' },
        },
        Help: {
          required: true,
          description: 'A link to the explanation of the error',
          schema: { type: 'string' },
        },
        ErrorParam: {
          description: 'The invalid parameter, if there is one',
          schema: { type: 'string' },
        },
        ETag: {
          required: true,
          description: 'A weak validator, for `if-none-match`',
          schema: { type: 'string' },
        },
        RetryAfter: {
          required: true,
          description: 'Seconds to wait before a retry',
          schema: { type: 'integer' },
        },
      },
    },
  };
}
