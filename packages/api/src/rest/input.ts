import { isUtf8 } from 'node:buffer';
import type { RestBinding } from '@restage/contract';
import { type Failure, fail, isFailure } from '@restage/errors';
import type { Context } from 'hono';
import { readJson } from '../http/body.ts';
import type { Edge } from '../http/request.ts';
import type { Call } from '../pipeline.ts';

/**
 * A procedure's input as REST spells it: the body's fields (or the query's, for a GET), those headers that stand
 * for fields, and the path's parameters over all.
 */
export async function readInput(
  c: Context<Edge>,
  rest: RestBinding,
  maxBodyBytes: number,
  attachments: Map<string, Uint8Array>,
): ReturnType<Call['read']> {
  const path = c.req.param();
  const read =
    rest.method === 'GET'
      ? { value: readQuery(c, rest) }
      : await readJson(c.req.raw, maxBodyBytes, attachments);
  if (isFailure(read)) return read;
  const sent = read.value ?? (Object.keys(path).length > 0 ? {} : undefined);
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return read;
  const fields = withHeaders(c, rest, { ...sent });
  if (isFailure(fields)) return fields;
  const wait = preferredWait(c, rest);
  return {
    value: { ...fields, ...path, ...(rest.wait && wait !== undefined && { [rest.wait.field]: wait }) },
  };
}

function withHeaders(c: Context<Edge>, rest: RestBinding, fields: Record<string, unknown>) {
  for (const [header, field] of Object.entries(rest.headers ?? {})) {
    const bytes = c.req.header(header);
    if (bytes === undefined) continue;
    const value = decodeHeader(bytes);
    if (value === undefined) {
      const message = `The header ${header} must be UTF-8 text; received bytes that are not.`;
      return fail('INVALID_REQUEST', message, { param: header });
    }
    const sent = fields[field] ?? undefined;
    if (sent !== undefined && sent !== value) {
      return fail('INVALID_REQUEST', `The header ${header} and the field ${field} differ. Send one.`, {
        param: header,
      });
    }
    fields[field] = value;
  }
  return fields;
}

/** The text of a header, which HTTP libraries read as one character a byte; undefined if the bytes are not UTF-8. */
function decodeHeader(value: string): string | undefined {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** A failure of a field that was sent as a header, with the header's name in place of the field's. */
export function nameHeader(c: Context<Edge>, rest: RestBinding, failure: Failure): Failure {
  const { param, message } = failure;
  const bound = Object.entries(rest.headers ?? {}).find(([, field]) => field === param);
  if (param === undefined || !bound || c.req.header(bound[0]) === undefined) return failure;
  return { ...failure, param: bound[0], message: message.replace(param, bound[0]) };
}

/**
 * The seconds that `prefer: wait=N` asks for, as far as they are granted. A preference that can't be met is not
 * an error (RFC 7240): one too long is shortened, one that makes no sense is as if it weren't there.
 */
export function preferredWait(c: Context<Edge>, rest: RestBinding): number | undefined {
  const preference = c.req.header('prefer');
  if (!rest.wait || preference === undefined) return undefined;
  const asked = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(preference);
  if (!asked) return undefined;
  const seconds = Math.min(Number(asked[1]), rest.wait.maxSeconds);
  return seconds > 0 ? seconds : undefined;
}

/** The query's fields. One that is given twice, or is no number where one is meant, is left for the schema to refuse. */
function readQuery(c: Context<Edge>, rest: RestBinding): Record<string, unknown> {
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
