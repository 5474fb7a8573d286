import type { AddressInfo } from 'node:net';
import { createApp, createHttpServer, createRequestListener } from '@restage/api';
import type { Context } from '@restage/core';

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Returns the start of links to the docs, without a final slash. */
  readonly publicUrl: () => string;
  readonly corsOrigins?: readonly string[];
  readonly docsDirectory?: string;
}

/** Serves the whole HTTP API on a free port of this machine. */
export async function serve(
  ctx: Context,
  { publicUrl, ...options }: ServeOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const appOptions = {
    ...options,
    log: ctx.log,
    get publicUrl() {
      return publicUrl();
    },
    maxBodyBytes: 72 * 1024 * 1024,
    ready: async () => ({ database: true }),
  };
  const app = createApp(ctx, appOptions);
  const server = createHttpServer(createRequestListener(app, appOptions), publicUrl);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Clients may keep idle connections open.
        server.closeAllConnections();
      }),
  };
}
