import type { Context as World } from '@restage/core';
import type { Context } from 'hono';
import type { RequestContext } from '../context.ts';

/** What the edge knows of a request before anything is checked. */
export interface Edge {
  Variables: {
    requestId: string;
    /** Whether the response has the headers that every response carries. */
    complete: boolean;
  };
}

/**
 * The keys in `authorization`: empty for the scheme Bearer without a key. Another scheme is passed on with its name,
 * and is then a malformed key.
 */
function bearerKeys(authorization: string | undefined): string | undefined {
  const keys = authorization?.split(',').map((each) => each.trim().replace(/^Bearer(?:[ \t]+|$)/i, ''));
  return keys?.join(',');
}

/** The request as the router takes it: the world, and whatever credentials were sent. */
export function requestContext(world: World & { publicUrl: string }, c: Context<Edge>): RequestContext {
  return {
    ...world,
    requestId: c.get('requestId'),
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    simulate: c.req.header('x-restage-simulate'),
    credentials: {
      apiKey: c.req.header('x-api-key'),
      bearer: bearerKeys(c.req.header('authorization')),
    },
  };
}
