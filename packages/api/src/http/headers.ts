import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { Edge } from './request.ts';

/** The name of a request in the log and in its answer. */
export function newRequestId(): string {
  return `req_${randomUUID()}`;
}

/** What every response carries. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}

/**
 * Answers 200 with JSON, or 304 without. Its headers are a record, whole from the start: built as Headers, or laid on
 * later, they cost more than the rest of a small answer.
 */
export function answerJson(
  c: Context<Edge>,
  headers: Readonly<Record<string, string>>,
  text: string | undefined,
): Response {
  c.set('complete', true);
  const whole = { ...commonHeaders(c.get('requestId')), ...headers };
  if (text === undefined) return new Response(null, { status: 304, headers: whole });
  return new Response(text, { headers: { 'content-type': 'application/json', ...whole } });
}
