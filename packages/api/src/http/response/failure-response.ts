import { encodeEnvelope, type Failure } from '@restage/errors';
import type { Context } from 'hono';

/**
 * Writes the details of a failure that the envelope has no field for as headers.
 * @param publicUrl the start of the link to the docs, without a final slash
 */
export function toFailureHeaders(failure: Failure, publicUrl: string): Record<string, string> {
  const headers: Record<string, string> = { link: `<${publicUrl}/errors#${failure.code}>; rel="help"` };
  if (failure.param !== undefined) headers['x-error-param'] = failure.param;
  if (failure.allow !== undefined) headers.allow = failure.allow.join(', ');
  if (failure.retryAfter !== undefined) headers['retry-after'] = String(failure.retryAfter);
  if (failure.limit) {
    const { name, quota, windowSeconds } = failure.limit;
    headers['ratelimit-policy'] = `"${name}";q=${quota}${windowSeconds ? `;w=${windowSeconds}` : ''}`;
    headers.ratelimit = `"${name}";r=0;t=${failure.retryAfter ?? 1}`;
  }
  return headers;
}

/**
 * Creates the response for a failure: its status, the envelope, and the other details in headers.
 * @param publicUrl the start of the link to the docs, without a final slash
 * @param status replaces the status of the code, if HTTP has a more exact one
 */
export function respondWithFailure(c: Context, failure: Failure, publicUrl: string, status?: 416): Response {
  const envelope = encodeEnvelope(failure);
  for (const [name, value] of Object.entries(toFailureHeaders(failure, publicUrl))) c.header(name, value);
  return c.json(envelope.body, status ?? envelope.status);
}
