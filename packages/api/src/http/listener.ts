import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Context } from '@restage/core';
import { fail } from '@restage/errors';
import { internalError } from '../pipeline/internal-error.ts';
import { toErrorResponse } from './response/error-response.ts';
import { newRequestId } from './response/headers.ts';

/** Options of {@link createRequestListener}. */
export interface ListenerOptions {
  readonly log: Context['log'];
  /** The start of links to the docs, without a final slash. */
  readonly publicUrl: string;
}

/** Creates a listener for Node's server that calls an app. A request without a valid URL gets an error like the app's own. */
export function createRequestListener(
  app: { fetch(request: Request): Response | Promise<Response> },
  options: ListenerOptions,
): RequestListener {
  const malformed = fail('INVALID_REQUEST', 'The request target and the header host must form a valid URL.');
  return (incoming, outgoing) => {
    const errorHandler = (error: unknown) => {
      const requestId = newRequestId();
      const isMalformed = error instanceof RequestError;
      if (!isMalformed) options.log.error({ err: error, requestId }, 'request_failed');
      const failure = isMalformed ? malformed : internalError();
      const unrouted = { requestId, publicUrl: options.publicUrl, target: incoming.url ?? '' };
      const { body, ...init } = toErrorResponse(failure, unrouted);
      return new Response(body, init);
    };
    // HTTP/1.0 requests may have no host. No code depends on it.
    const hostname = 'localhost';
    return getRequestListener((request) => app.fetch(request), { hostname, errorHandler })(
      incoming,
      outgoing,
    );
  };
}
