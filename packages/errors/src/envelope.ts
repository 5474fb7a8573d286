import { catalog, type ErrorCode } from './catalog.ts';
import type { Failure } from './failure.ts';

/** The body of every HTTP error outside `/trpc`. It has exactly these two fields. */
export interface Envelope {
  readonly error: { readonly message: string; readonly code: ErrorCode };
}

/** Converts a failure to an HTTP status and body. All other details are sent in headers. */
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
 * Decodes an error body from a server of any version.
 * @returns the code, which this version may not know, and the message; `undefined` if `body` is not an envelope
 */
export function decodeEnvelope(body: unknown): { code: string; message: string } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (!('message' in error) || typeof error.message !== 'string') return undefined;
  return { code: error.code, message: error.message };
}
