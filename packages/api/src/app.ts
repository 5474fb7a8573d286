import type { Context as World } from '@restage/core';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { mountDocuments } from './documents/mount.ts';
import { answerFailure } from './http/answer.ts';
import { mountFiles } from './http/files.ts';
import { commonHeaders, newRequestId } from './http/headers.ts';
import type { Edge } from './http/request.ts';
import { internalError } from './internal-error.ts';
import { mountFallback, mountRest } from './rest/routes.ts';
import { mountTrpc } from './trpc/mount.ts';

/** What the HTTP face needs beside the world. */
export interface AppOptions {
  /** What signed URLs and links to the docs begin with; no slash at the end. */
  readonly publicUrl: string;
  /** Bytes of a JSON body. */
  readonly maxBodyBytes: number;
  /** Origins whose web pages may call, or `*` for all; none, unless given. */
  readonly corsOrigins?: readonly string[];
  /** The folder of the guides; that of the sources, unless given. */
  readonly docsDirectory?: string;
  /** Whether each thing that serving needs is there; rejects for none. */
  readonly ready: () => Promise<Readonly<Record<string, boolean>>>;
}

/** The whole HTTP face of Restage: REST, tRPC, files, documents and probes. */
export function createApp(world: World, options: AppOptions): Hono<Edge> {
  const app = createBase(world.log, options);
  const { corsOrigins = [] } = options;
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins];
  if (corsOrigins.length > 0) app.use(cors({ origin, ...corsHeaders }));
  mountRest(app, world, options);
  mountTrpc(app, world, options);
  mountFiles(app, world, options);
  mountDocuments(app, options);
  mountProbes(app, options);
  mountFallback(app, options);
  return app;
}

/** An app without routes: its answers have their request id, are logged, and are the envelope where all else fails. */
function createBase(log: World['log'], options: Pick<AppOptions, 'publicUrl'>): Hono<Edge> {
  const app = new Hono<Edge>();
  app.use(async (c, next) => {
    const requestId = newRequestId();
    c.set('requestId', requestId);
    const started = performance.now();
    await next();
    if (!c.get('complete')) {
      const { headers } = c.res;
      for (const [name, value] of Object.entries(commonHeaders(requestId))) headers.set(name, value);
    }
    log.info(
      {
        requestId,
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        milliseconds: Math.round(performance.now() - started),
      },
      'request',
    );
  });
  app.onError((error, c) => {
    log.error({ err: error, requestId: c.get('requestId') }, 'request_failed');
    return answerFailure(c, internalError(), options.publicUrl);
  });
  return app;
}

/** What a page may send, and what it may read beside the body. */
const corsHeaders = {
  allowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'x-api-key',
    'if-none-match',
    'last-event-id',
    'prefer',
    'x-restage-simulate',
    // tRPC's own client, when it streams a batch.
    'trpc-accept',
  ],
  exposeHeaders: [
    'x-request-id',
    'x-error-param',
    'link',
    'retry-after',
    'ratelimit',
    'ratelimit-policy',
    'etag',
    'preference-applied',
    'idempotency-replayed',
  ],
  maxAge: 600,
};

/** All that a process answers which only works: whether it lives, and whether it can work. */
export function createProbes(
  { log }: Pick<World, 'log'>,
  options: Pick<AppOptions, 'publicUrl' | 'ready'>,
): Hono<Edge> {
  const app = createBase(log, options);
  mountProbes(app, options);
  mountFallback(app, options);
  return app;
}

function mountProbes(app: Hono<Edge>, options: Pick<AppOptions, 'ready'>): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await options.ready();
    const ok = Object.values(checks).every(Boolean);
    return c.json({ status: ok ? 'ok' : 'unavailable', checks }, ok ? 200 : 503);
  });
  // What HAProxy asks unless it is told a method.
  app.on('OPTIONS', ['/healthz', '/readyz'], (c) => c.body(null, 200, { allow: 'GET, HEAD, OPTIONS' }));
}
