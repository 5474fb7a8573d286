import { isUtf8 } from 'node:buffer';
import type { RestBinding } from '@restage/contract';
import { type Failure, fail, isFailure } from '@restage/errors';
import type { Context as HonoContext } from 'hono';
import { readJson } from '../http/body/read-json.ts';
import type { HonoEnv } from '../http/request.ts';
import type { Call } from '../pipeline/pipeline.ts';

/**
 * Reads a procedure's input from a REST request: the fields of the body (or of the query, for GET), the headers that are bound
 * to fields, and the path parameters, which override both.
 */
export async function readInput(
  c: HonoContext<HonoEnv>,
  rest: RestBinding,
  maxBodyBytes: number,
  largeStrings: Map<string, Uint8Array>,
): ReturnType<Call['read']> {
  const path = c.req.param();
  const read =
    rest.method === 'GET'
      ? { value: readQuery(c, rest) }
      : await readJson(c.req.raw, maxBodyBytes, largeStrings);
  if (isFailure(read)) return read;
  const body = read.value ?? (Object.keys(path).length > 0 ? {} : undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return read;
  const fields = addHeaderFields(c, rest, { ...body });
  if (isFailure(fields)) return fields;
  const wait = readPreferredWait(c, rest);
  return {
    value: { ...fields, ...path, ...(rest.wait && wait !== undefined && { [rest.wait.field]: wait }) },
  };
}

function addHeaderFields(c: HonoContext<HonoEnv>, rest: RestBinding, fields: Record<string, unknown>) {
  for (const [header, field] of Object.entries(rest.headers ?? {})) {
    const raw = c.req.header(header);
    if (raw === undefined) continue;
    const value = decodeHeader(raw);
    if (value === undefined) {
      const message = `The header ${header} must be UTF-8; received other bytes.`;
      return fail('INVALID_REQUEST', message, { param: header });
    }
    const bodyValue = fields[field] ?? undefined;
    if (bodyValue !== undefined && bodyValue !== value) {
      return fail(
        'INVALID_REQUEST',
        `The header ${header} and the field ${field} differ. Send only one of them.`,
        {
          param: header,
        },
      );
    }
    fields[field] = value;
  }
  return fields;
}

/** Decodes a header as UTF-8. HTTP libraries read each byte as one character. Returns undefined if the bytes are not UTF-8. */
function decodeHeader(value: string): string | undefined {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** If a failure is about a field that was sent as a header, replaces the field's name with the header's. */
export function renameParamToHeader(c: HonoContext<HonoEnv>, rest: RestBinding, failure: Failure): Failure {
  const { param, message } = failure;
  const binding = Object.entries(rest.headers ?? {}).find(([, field]) => field === param);
  if (param === undefined || !binding || c.req.header(binding[0]) === undefined) return failure;
  return { ...failure, param: binding[0], message: message.replace(param, binding[0]) };
}

/**
 * Reads the seconds of `prefer: wait=N`, limited to what the procedure allows. An unsupported preference is not an error
 * (RFC 7240): too long a wait is shortened, and an invalid one is ignored.
 */
export function readPreferredWait(c: HonoContext<HonoEnv>, rest: RestBinding): number | undefined {
  const preference = c.req.header('prefer');
  if (!rest.wait || preference === undefined) return undefined;
  const match = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(preference);
  if (!match) return undefined;
  const seconds = Math.min(Number(match[1]), rest.wait.maxSeconds);
  return seconds > 0 ? seconds : undefined;
}

/** Reads the query's fields. Repeated fields and invalid numbers stay as they are, and fail validation. */
function readQuery(c: HonoContext<HonoEnv>, rest: RestBinding): Record<string, unknown> {
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
