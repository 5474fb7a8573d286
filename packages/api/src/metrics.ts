import { createHash, timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import type { HonoEnv } from './http/request.ts';

/** Options of {@link mountMetrics}. */
export interface MetricsOptions {
  /** The bearer token that a caller must send. */
  readonly token: string;
  /** Collects the metrics, in the text format of Prometheus. */
  readonly read: () => Promise<string>;
}

/**
 * Serves `GET /metrics` to callers with the token. For all others, and for every other method, there is no such route: the
 * response does not tell whether the server has metrics.
 */
export function mountMetrics(app: Hono<HonoEnv>, { token, read }: MetricsOptions): void {
  const expected = digest(`Bearer ${token}`);
  // Not `get`, for which other methods would be METHOD_NOT_ALLOWED.
  app.all('/metrics', async (c) => {
    const isAllowed = timingSafeEqual(digest(c.req.header('authorization') ?? ''), expected);
    if (!isAllowed || !['GET', 'HEAD'].includes(c.req.method)) return c.notFound();
    return c.text(await read(), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
  });
}

/** Of one length for every text, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
