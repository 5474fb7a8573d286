import { redactSecrets } from '@restage/contract';
import type { Context } from '@restage/core';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { mountConsole } from './console/mount.ts';
import { mountConsoleSession } from './console/session.ts';
import { mountDocs } from './docs/mount.ts';
import { mountFiles } from './http/files.ts';
import type { HonoEnv } from './http/request.ts';
import { respondWithFailure } from './http/response/failure-response.ts';
import { commonHeaders, newRequestId } from './http/response/headers.ts';
import { type MetricsOptions, mountMetrics } from './metrics.ts';
import { internalError } from './pipeline/internal-error.ts';
import { mountFallback, mountRest } from './rest/routes.ts';
import { mountTrpc } from './trpc/mount.ts';

/** Options of {@link createApp}. */
export interface AppOptions {
  /** The start of links to the docs, without a final slash. */
  readonly publicUrl: string;
  /** Largest JSON body, in bytes. */
  readonly maxBodyBytes: number;
  /** Origins whose web pages may call the API, or `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** The folder of the guides. Default: `docs` in the repository. */
  readonly docsDirectory?: string;
  /** The folder of the built console. Default: `apps/console/dist` in the repository. */
  readonly consoleDirectory?: string;
  /** The origin that downloads are redirected to, which the console then shows files of. Default: none. */
  readonly downloadsOrigin?: string;
  /** Reports for each dependency of the server whether it is available. Never rejects. */
  readonly ready: () => Promise<Readonly<Record<string, boolean>>>;
  /** Serves `/metrics`. Default: there is no such route. */
  readonly metrics?: MetricsOptions | undefined;
}

/** Creates the whole HTTP API of Restage: REST, tRPC, files, docs and health checks. */
export function createApp(ctx: Context, options: AppOptions): Hono<HonoEnv> {
  const app = createBase(ctx.log, options);
  const { corsOrigins = [] } = options;
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins];
  if (corsOrigins.length > 0) app.use(cors({ origin, ...corsHeaders }));
  mountRest(app, ctx, options);
  mountTrpc(app, ctx, options);
  mountFiles(app, ctx, options);
  mountConsoleSession(app, ctx, options);
  mountConsole(app, options);
  mountDocs(app, options);
  mountProbes(app, options);
  mountFallback(app, options);
  return app;
}

/** Creates an app without routes, which gives each request an id, logs it, and turns uncaught errors into INTERNAL_ERROR. */
function createBase(log: Context['log'], options: Pick<AppOptions, 'publicUrl'>): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.use(async (c, next) => {
    const requestId = newRequestId();
    c.set('requestId', requestId);
    const startedAt = performance.now();
    await next();
    if (!c.get('hasCommonHeaders')) {
      const { headers } = c.res;
      for (const [name, value] of Object.entries(commonHeaders(requestId))) headers.set(name, value);
    }
    log.info(
      {
        requestId,
        method: c.req.method,
        // A caller may put a key where its id belongs.
        path: redactSecrets(c.req.path),
        status: c.res.status,
        durationMs: Math.round(performance.now() - startedAt),
      },
      'request_completed',
    );
  });
  app.onError((error, c) => {
    log.error({ err: error, requestId: c.get('requestId') }, 'request_failed');
    return respondWithFailure(c, internalError(), options.publicUrl);
  });
  return app;
}

/** The request headers that a web page may send, and the response headers that it may read. */
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
    'traceparent',
    // tRPC's client sends it when it streams a batch.
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

/** Creates the HTTP API of a worker process: health checks, and metrics if they are asked for. */
export function createProbes(
  { log }: Pick<Context, 'log'>,
  options: Pick<AppOptions, 'publicUrl' | 'ready' | 'metrics'>,
): Hono<HonoEnv> {
  const app = createBase(log, options);
  mountProbes(app, options);
  mountFallback(app, options);
  return app;
}

function mountProbes(app: Hono<HonoEnv>, options: Pick<AppOptions, 'ready' | 'metrics'>): void {
  if (options.metrics) mountMetrics(app, options.metrics);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await options.ready();
    const ok = Object.values(checks).every(Boolean);
    return c.json({ status: ok ? 'ok' : 'unavailable', checks }, ok ? 200 : 503);
  });
  // HAProxy's default health check.
  app.on('OPTIONS', ['/healthz', '/readyz'], (c) => c.body(null, 200, { allow: 'GET, HEAD, OPTIONS' }));
}
