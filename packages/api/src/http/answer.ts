import { encodeEnvelope, type Failure } from '@restage/errors';
import type { Context } from 'hono';

/** Puts into headers what the envelope has no field for. `docs` begins the links; no slash at its end. */
export function failureHeaders(failure: Failure, docs: string): Record<string, string> {
  const headers: Record<string, string> = { link: `<${docs}/errors#${failure.code}>; rel="help"` };
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
 * Answers with a failure: its status, the envelope, and the rest in headers.
 * @param status instead of the code's own, where HTTP has one for exactly this
 */
export function answerFailure(c: Context, failure: Failure, docs: string, status?: 416): Response {
  const envelope = encodeEnvelope(failure);
  for (const [name, value] of Object.entries(failureHeaders(failure, docs))) c.header(name, value);
  return c.json(envelope.body, status ?? envelope.status);
}
