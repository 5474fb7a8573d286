import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { HonoEnv } from '../request.ts';

/** Creates the id of a request, for the log and the response. */
export function newRequestId(): string {
  return `req_${randomUUID()}`;
}

/** The headers of every response. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}

/**
 * Creates a 200 response with JSON text, or a 304 response without. The headers are one plain object, because creating or
 * changing a `Headers` object takes longer than the rest of a small response.
 */
export function respondWithJson(
  c: Context<HonoEnv>,
  headers: Readonly<Record<string, string>>,
  text: string | undefined,
): Response {
  c.set('hasCommonHeaders', true);
  const allHeaders = { ...commonHeaders(c.get('requestId')), ...headers };
  if (text === undefined) return new Response(null, { status: 304, headers: allHeaders });
  return new Response(text, { headers: { 'content-type': 'application/json', ...allHeaders } });
}
