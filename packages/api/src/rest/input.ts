import type { RestBinding } from '@restage/contract';
import { type Failure, fail, isFailure } from '@restage/errors';
import type { Context } from 'hono';
import { readJson } from '../http/body.ts';

/**
 * A procedure's input as REST spells it: the body's fields (or the query's, for a GET), those headers that stand
 * for fields, and the path's parameters over all.
 */
export async function readInput(
  c: Context,
  rest: RestBinding,
  maxBodyBytes: number,
  attachments: Map<string, Uint8Array>,
): Promise<unknown | Failure<'PAYLOAD_TOO_LARGE'> | Failure<'INVALID_REQUEST'>> {
  const path = c.req.param();
  if (rest.method === 'GET') return { ...readQuery(c, rest), ...path };
  let body = await readJson(c.req.raw, maxBodyBytes, attachments);
  if (isFailure(body)) return body;
  if (body === undefined && Object.keys(path).length > 0) body = {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const fields: Record<string, unknown> = { ...body };
  for (const [header, field] of Object.entries(rest.headers ?? {})) {
    const value = c.req.header(header);
    if (value === undefined) continue;
    const sent = fields[field] ?? undefined;
    if (sent !== undefined && sent !== value) {
      return fail('INVALID_REQUEST', `The header ${header} and the field ${field} differ. Send one.`, {
        param: field,
      });
    }
    fields[field] = value;
  }
  return { ...fields, ...path };
}

/** The query's fields. One that is given twice, or is no number where one is meant, is left for the schema to refuse. */
function readQuery(c: Context, rest: RestBinding): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(rest.query ?? {})) {
    const values = c.req.queries(name);
    if (!values) continue;
    const [value] = values;
    if (values.length > 1) fields[name] = values;
    else fields[name] = kind === 'integer' && value && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  return fields;
}
