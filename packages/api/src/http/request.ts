import type { Context as World } from '@restage/core';
import type { Context } from 'hono';
import type { RequestContext } from '../context.ts';

/** What the edge knows of a request before anything is checked. */
export interface Edge {
  Variables: { requestId: string };
}

const bearer = /^Bearer +(\S+)$/i;

/** The request as the router takes it: the world, and whatever credentials were sent. */
export function requestContext(world: World & { publicUrl: string }, c: Context<Edge>): RequestContext {
  const authorization = c.req.header('authorization');
  return {
    ...world,
    requestId: c.get('requestId'),
    reply: { replayed: false },
    attachments: new Map(),
    simulate: c.req.header('x-restage-simulate'),
    credentials: {
      apiKey: c.req.header('x-api-key'),
      // A scheme that is not Bearer is passed on whole, and is then a malformed key.
      bearer: authorization && (bearer.exec(authorization)?.[1] ?? authorization),
    },
  };
}
