import type { IncomingHttpHeaders } from 'node:http';
import type { Context as World } from '@restage/core';
import type { Context } from 'hono';
import type { RequestContext } from '../context.ts';

/** What the edge knows of a request before anything is checked. */
export interface Edge {
  /** What the request came in as, where Node's own server took it. */
  Bindings: { readonly incoming?: { readonly headers: IncomingHttpHeaders } };
  Variables: {
    requestId: string;
    /** Whether the response has the headers that every response carries. */
    complete: boolean;
  };
}

const bearer = /^Bearer +(\S+)$/i;

/** A header of the request. Node has read them all: making Headers of them costs as much as reading a job does. */
export function requestHeader(c: Context<Edge>, name: string): string | undefined {
  const headers = c.env?.incoming?.headers;
  if (headers === undefined) return c.req.header(name);
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The request as the router takes it: the world, and whatever credentials were sent. */
export function requestContext(world: World & { publicUrl: string }, c: Context<Edge>): RequestContext {
  const authorization = requestHeader(c, 'authorization');
  return {
    ...world,
    requestId: c.get('requestId'),
    reply: { replayed: false },
    attachments: new Map(),
    simulate: requestHeader(c, 'x-restage-simulate'),
    credentials: {
      apiKey: requestHeader(c, 'x-api-key'),
      // A scheme that is not Bearer is passed on whole, and is then a malformed key.
      bearer: authorization && (bearer.exec(authorization)?.[1] ?? authorization),
    },
  };
}
