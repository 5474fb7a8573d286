import { catalog, type ErrorCode } from './catalog.ts';
import type { Failure } from './failure.ts';

/** The body of every HTTP error outside `/trpc`: exactly these two fields. */
export interface Envelope {
  readonly error: { readonly message: string; readonly code: ErrorCode };
}

/** The HTTP answer to a failure: status and body. What else there is to say travels in headers. */
export function encodeEnvelope(failure: Failure): {
  readonly status: (typeof catalog)[ErrorCode]['status'];
  readonly body: Envelope;
} {
  return {
    status: catalog[failure.code].status,
    body: { error: { message: failure.message, code: failure.code } },
  };
}

/**
 * Reads an error body from a server of any version.
 * @returns the code as it was sent, known to this version or not, and the message; `undefined` when `body`
 * is no envelope.
 */
export function decodeEnvelope(body: unknown): { code: string; message: string } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (!('message' in error) || typeof error.message !== 'string') return undefined;
  return { code: error.code, message: error.message };
}
