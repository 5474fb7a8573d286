import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Context as World } from '@restage/core';
import { fail } from '@restage/errors';
import { internalError } from '../internal-error.ts';
import { toErrorResponse } from './error-response.ts';
import { newRequestId } from './headers.ts';

/** What a listener needs beside its app. */
export interface ListenerOptions {
  readonly log: World['log'];
  /** What links to the docs begin with; no slash at the end. */
  readonly publicUrl: string;
}

/** Serves an app on Node's server. A request of which no URL can be made is refused as the app refuses. */
export function createRequestListener(
  app: { fetch(request: Request): Response | Promise<Response> },
  options: ListenerOptions,
): RequestListener {
  const malformed = fail(
    'INVALID_REQUEST',
    'The target of the request, or its header host, is malformed: no URL can be made of them.',
  );
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
    // HTTP/1.0 has no host, and nothing depends on which it is.
    const hostname = 'localhost';
    return getRequestListener((request) => app.fetch(request), { hostname, errorHandler })(
      incoming,
      outgoing,
    );
  };
}
