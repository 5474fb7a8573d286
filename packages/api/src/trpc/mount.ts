import { limits } from '@restage/contract';
import type { Context } from '@restage/core';
import { catalog, type Failure, isFailure } from '@restage/errors';
import { resolveResponse } from '@trpc/server/http';
import type { Hono } from 'hono';
import { readSessionCookie } from '../console/cookie.ts';
import { readJson } from '../http/body/read-json.ts';
import { createRequestContext, type HonoEnv } from '../http/request.ts';
import { toFailureHeaders } from '../http/response/failure-response.ts';
import { toErrorBody } from './error-body.ts';
import { FailureError, findCarriedFailure, toFailure } from './failure-error.ts';
import { router } from './router.ts';

/** Options of {@link mountTrpc}. */
interface TrpcOptions {
  readonly publicUrl: string;
  readonly maxBodyBytes: number;
}

/** Serves the router at `/trpc`. */
export function mountTrpc(app: Hono<HonoEnv>, services: Context, options: TrpcOptions): void {
  const base = { ...services, publicUrl: options.publicUrl };
  app.all('/trpc/*', async (c) => {
    const request = createRequestContext(base, c);
    // The only place where the console's session counts: REST takes keys alone.
    const session = readSessionCookie(c, options.publicUrl);
    const ctx = { ...request, credentials: { ...request.credentials, session } };
    /** The failure of a call that tRPC could not read. */
    let readFailure: Failure | undefined;
    let isRead = false;
    // What tRPC's fetch adapter calls. The adapter itself copies its options for each request.
    const response = await resolveResponse({
      path: c.req.path.slice('/trpc/'.length),
      error: null,
      req: limitBody(c.req.raw, options.maxBodyBytes, ctx.largeStrings),
      router,
      maxBatchSize: limits.batchCalls,
      async createContext() {
        isRead = true;
        return ctx;
      },
      responseMeta({ errors, paths }) {
        const failures = errors.map((error) => toFailure(error, paths?.[0]));
        return failures.length === 0 ? {} : { headers: selectFailureHeaders(failures, options.publicUrl) };
      },
      onError({ error, path }) {
        const failure = toFailure(error, path);
        if (!isRead) readFailure = failure;
        // The pipeline has already logged its own failures.
        if (findCarriedFailure(error) || catalog[failure.code].status !== 500) return;
        services.log.error(
          { err: error, requestId: c.get('requestId'), procedure: path },
          'procedure_failed',
        );
      },
    });
    // For a call that it can't read, tRPC has no context, so its response lacks the request id and the content type.
    if (!readFailure) return response;
    const headers = { vary: 'trpc-accept, accept', ...toFailureHeaders(readFailure, options.publicUrl) };
    return c.json(toErrorBody(readFailure, ctx), catalog[readFailure.code].status, headers);
  });
}

/** Selects the headers of one failure for a batch: the failure with the longest `retryAfter`. */
function selectFailureHeaders(failures: readonly Failure[], publicUrl: string): Record<string, string> {
  const [first] = [...failures].sort((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0));
  return first ? toFailureHeaders(first, publicUrl) : {};
}

/**
 * Replaces the request's `text()` so that tRPC reads the body as REST does: with a size limit, with long data: URIs as
 * largeStrings, and only when a procedure needs it.
 */
function limitBody(request: Request, maxBytes: number, largeStrings: Map<string, Uint8Array>): Request {
  const text = async () => {
    const body = await readJson(request, maxBytes, largeStrings);
    if (isFailure(body)) throw new FailureError(body);
    return JSON.stringify(body.value, keepInfinity) ?? '';
  };
  return Object.defineProperty(request, 'text', { value: text });
}

/**
 * Keeps numbers beyond all that there are, such as 1e400, beyond all accepted ones. `JSON.stringify` writes them as null,
 * which counts as absent.
 */
function keepInfinity(_name: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  return value === Number.NEGATIVE_INFINITY ? -Number.MAX_VALUE : value;
}
