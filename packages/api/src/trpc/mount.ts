import { limits } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { catalogue, type Failure, fail } from '@restage/errors';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Hono } from 'hono';
import { failureHeaders } from '../http/answer.ts';
import { type Edge, requestContext } from '../http/request.ts';
import { FailureError, failureOf } from './failure-error.ts';
import { router } from './router.ts';

/** What tRPC needs beside the world. */
interface TrpcOptions {
  readonly publicUrl: string;
  readonly maxBodyBytes: number;
}

/** Serves the router at `/trpc`. */
export function mountTrpc(app: Hono<Edge>, world: World, options: TrpcOptions): void {
  app.all('/trpc/*', async (c) => {
    const response = await fetchRequestHandler({
      endpoint: '/trpc',
      req: limitBody(c.req.raw, options.maxBodyBytes),
      router,
      maxBatchSize: limits.batchCalls,
      createContext: () => requestContext({ ...world, publicUrl: options.publicUrl }, c),
      responseMeta({ errors }) {
        const failures = errors.map(failureOf);
        return { headers: latestHeaders(failures, options.publicUrl) };
      },
      onError({ error, path }) {
        const { code } = failureOf(error);
        if (catalogue[code].status !== 500) return;
        world.log.error({ err: error, requestId: c.get('requestId'), procedure: path }, 'a procedure failed');
      },
    });
    return c.newResponse(response.body, response);
  });
}

/** The headers of a batch's failures: those of the one that asks for the longest wait. */
function latestHeaders(failures: readonly Failure[], docs: string): Record<string, string> {
  const [first] = [...failures].sort((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0));
  return first ? failureHeaders(first, docs) : {};
}

/** The request with a body that fails once it has given `maxBytes`. It is read only when a procedure asks. */
function limitBody(request: Request, maxBytes: number): Request {
  if (!request.body) return request;
  const failure = fail('PAYLOAD_TOO_LARGE', `The body may be at most ${maxBytes} bytes.`);
  const declared = Number(request.headers.get('content-length') ?? 0);
  let size = 0;
  const limited = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start(controller) {
        if (declared > maxBytes) controller.error(new FailureError(failure));
      },
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > maxBytes) controller.error(new FailureError(failure));
        else controller.enqueue(chunk);
      },
    }),
  );
  // Streaming a request's body takes `duplex`, which the DOM's types don't have.
  const init: RequestInit & { duplex: 'half' } = {
    method: request.method,
    headers: request.headers,
    body: limited,
    signal: request.signal,
    duplex: 'half',
  };
  return new Request(request.url, init);
}
