import { type Procedure, type ProcedureName, procedureErrors, procedures } from '@restage/contract';
import { catalog, type ErrorCode } from '@restage/errors';
import * as z from 'zod';
import { eventName } from '../stream-event.ts';

type Json = Record<string, unknown>;

/** The API version that the document states: the wire contract's, not the program's. */
const version = '1.0.0';

const schemaUri = (id: string) => `#/components/schemas/${id}`;

/**
 * The schemas of responses, under their names. They say nothing of further properties: a later version may add some, and
 * a client that is generated from them must not refuse those.
 */
function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: schemaUri,
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, id, ...schema }]: [string, Json]) => [name, schema]),
  );
}

/** The name of the schema of a response: every one has one. */
function schemaName(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('the schema of a response has no name');
  return id;
}

/** What a success says of its body. */
function successContent(kind: Procedure['kind'], output: z.ZodType): Json {
  const name = schemaName(output);
  if (kind !== 'subscription') return { 'application/json': { schema: { $ref: schemaUri(name) } } };
  // To a generated client a stream is text, whose parts it reads with the schema of the event.
  const schema = {
    type: 'string',
    description: `Server-sent events. Each one, read as the HTML standard says, is a ${name}Event.`,
    contentMediaType: 'text/event-stream',
    contentSchema: { $ref: schemaUri(`${name}Event`) },
  };
  return { 'text/event-stream': { schema } };
}

/** The schemas of the events of subscriptions, under their names. The form is that of OpenAPI 3.2 for such events. */
function eventSchemas(): Json {
  const outputs = Object.values(procedures).flatMap(({ kind, output }) =>
    kind === 'subscription' ? output : [],
  );
  return Object.fromEntries(outputs.map(schemaName).map((name) => [`${name}Event`, eventSchema(name)]));
}

function eventSchema(name: string): Json {
  return {
    type: 'object',
    description: `A server-sent event. Its data is a ${name} as JSON.`,
    required: ['id', 'event', 'data'],
    properties: {
      id: { type: 'string', description: 'Where a stream that breaks is resumed: `last-event-id`' },
      event: { type: 'string', const: eventName(name) },
      data: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: { $ref: schemaUri(name) },
      },
    },
  };
}

/** One response for each status, with the codes that the operation can give there. */
function errorResponses(codes: readonly ErrorCode[]): Json {
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

/** The parameters and the body of a procedure's input, split as its REST binding says. */
function request(name: ProcedureName): Json {
  const { input, rest } = procedures[name];
  if (input === undefined) return {};
  // A refinement has no JSON Schema; its limits are in the schema's metadata.
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
  if (rest.method === 'GET' || Object.keys(properties).length === 0) return { parameters };
  return {
    ...(parameters.length > 0 && { parameters }),
    requestBody: { required: true, content: { 'application/json': { schema } } },
  };
}

/**
 * The OpenAPI 3.1 document, made from the procedure table.
 * @param publicUrl where the server is reached; no slash at the end
 */
export function openApiDocument(publicUrl: string): Json {
  const schemas: Json = {
    ...namedSchemas(),
    ...eventSchemas(),
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['message', 'code'],
          properties: {
            message: { type: 'string', description: 'For people' },
            code: { type: 'string', description: 'For machines' },
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
        ...request(name),
        responses: {
          200: {
            description: kind === 'subscription' ? 'The events, as they come' : 'Success',
            headers: {
              'x-request-id': { $ref: '#/components/headers/RequestId' },
              ...('volatile' in rest && { etag: { $ref: '#/components/headers/ETag' } }),
            },
            content: successContent(kind, output),
          },
          ...(kind === 'subscription' && {
            204: {
              description: 'No more events: the job has ended, and `last-event-id` names its last event',
            },
          }),
          ...('volatile' in rest && { 304: { description: 'What `if-none-match` names still holds' } }),
          ...errorResponses(procedureErrors(name)),
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
        RequestId: { description: 'Names the request in the server’s log', schema: { type: 'string' } },
        Help: { description: 'Where the error is explained', schema: { type: 'string' } },
        ErrorParam: {
          description: 'The offending parameter, where there is one',
          schema: { type: 'string' },
        },
        ETag: { description: 'A weak validator, for `if-none-match`', schema: { type: 'string' } },
        RetryAfter: { description: 'Seconds to wait', schema: { type: 'integer' } },
      },
    },
  };
}
