import type { Context } from '@restage/core';
import type { Context as HonoContext } from 'hono';
import type { RequestContext } from '../context.ts';

/** The variables of a Hono context. */
export interface HonoEnv {
  Variables: {
    requestId: string;
    /** Whether the response already has the headers of every response. */
    hasCommonHeaders: boolean;
  };
}

/**
 * Reads the keys of an `authorization` header: empty for the scheme Bearer without a key. A value with another scheme is
 * returned as it is, which makes it a malformed key.
 */
function parseBearerKeys(authorization: string | undefined): string | undefined {
  const keys = authorization?.split(',').map((value) => value.trim().replace(/^Bearer(?:[ \t]+|$)/i, ''));
  return keys?.join(',');
}

/** Creates the context of a request: the services, and the request's credentials. */
export function createRequestContext(
  ctx: Context & { publicUrl: string },
  c: HonoContext<HonoEnv>,
): RequestContext {
  return {
    ...ctx,
    requestId: c.get('requestId'),
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    simulate: c.req.header('x-restage-simulate'),
    traceparent: ctx.telemetry.isTracing ? c.req.header('traceparent') : undefined,
    credentials: {
      apiKey: c.req.header('x-api-key'),
      bearer: parseBearerKeys(c.req.header('authorization')),
    },
  };
}
