import { limits } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { catalog, type Failure, isFailure } from '@restage/errors';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Hono } from 'hono';
import { failureHeaders } from '../http/answer.ts';
import { readJson } from '../http/body.ts';
import { type Edge, requestContext } from '../http/request.ts';
import { toErrorBody } from './error-body.ts';
import { carriedFailure, FailureError, failureOf } from './failure-error.ts';
import { router } from './router.ts';

/** What tRPC needs beside the world. */
interface TrpcOptions {
  readonly publicUrl: string;
  readonly maxBodyBytes: number;
}

/** Serves the router at `/trpc`. */
export function mountTrpc(app: Hono<Edge>, world: World, options: TrpcOptions): void {
  const base = { ...world, publicUrl: options.publicUrl };
  app.all('/trpc/*', async (c) => {
    const ctx = requestContext(base, c);
    let unread: Failure | undefined;
    let isRead = false;
    const answer = await fetchRequestHandler({
      endpoint: '/trpc',
      req: withBoundedText(c.req.raw, options.maxBodyBytes, ctx.largeStrings),
      router,
      maxBatchSize: limits.batchCalls,
      createContext() {
        isRead = true;
        return ctx;
      },
      responseMeta({ errors, paths }) {
        const failures = errors.map((error) => failureOf(error, paths?.[0]));
        return { headers: latestHeaders(failures, options.publicUrl) };
      },
      onError({ error, path }) {
        const failure = failureOf(error, path);
        if (!isRead) unread = failure;
        // The pipeline has logged its own.
        if (carriedFailure(error) || catalog[failure.code].status !== 500) return;
        world.log.error({ err: error, requestId: c.get('requestId'), procedure: path }, 'procedure_failed');
      },
    });
    // To what can't be read tRPC knows no context, and answers without the request's id and without a content type.
    if (!unread) return answer;
    const headers = { vary: 'trpc-accept, accept', ...failureHeaders(unread, options.publicUrl) };
    return c.json(toErrorBody(unread, ctx), catalog[unread.code].status, headers);
  });
}

/** The headers of a batch's failures: those of the one that asks for the longest wait. */
function latestHeaders(failures: readonly Failure[], docs: string): Record<string, string> {
  const [first] = [...failures].sort((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0));
  return first ? failureHeaders(first, docs) : {};
}

/**
 * The request, whose text is read as REST reads it: within bounds, with long data: URIs left as bytes, and only
 * when a procedure asks.
 */
function withBoundedText(request: Request, maxBytes: number, attachments: Map<string, Uint8Array>): Request {
  const text = async () => {
    const body = await readJson(request, maxBytes, attachments);
    if (isFailure(body)) throw new FailureError(body);
    return JSON.stringify(body.value) ?? '';
  };
  return Object.defineProperty(request, 'text', { value: text });
}
