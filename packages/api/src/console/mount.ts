import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hono, Context as HonoContext } from 'hono';
import { compress } from 'hono/compress';
import { html } from 'hono/html';
import type { HonoEnv } from '../http/request.ts';
import { isFresh } from '../http/response/conditional.ts';

/** Options of {@link mountConsole}. */
interface ConsoleOptions {
  readonly consoleDirectory?: string;
  readonly downloadsOrigin?: string;
}

/** The folder of the built console in the repository. A bundle passes its own. */
const builtConsole = fileURLToPath(new URL('../../../../apps/console/dist/', import.meta.url));

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Everything comes from this server; pictures and videos also from the page's own memory, and from where downloads are
 * redirected to. Nothing is inline.
 */
function createPolicy(downloadsOrigin: string | undefined): string {
  const downloads = downloadsOrigin === undefined ? '' : ` ${downloadsOrigin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data:${downloads}`,
    `media-src 'self' blob: data:${downloads}`,
    `connect-src 'self'${downloads}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const securityHeaders = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'x-frame-options': 'DENY',
};

/** Whether the console has been built. */
export async function hasConsole(directory: string = builtConsole): Promise<boolean> {
  return (await findFile(join(directory, 'index.html'))) !== undefined;
}

/**
 * Serves the built console: its files, and for the address of a page `index.html`, whose script shows the page. Files in
 * `assets` have a hash in their names and never change.
 */
export function mountConsole(
  app: Hono<HonoEnv>,
  { consoleDirectory: directory = builtConsole, downloadsOrigin }: ConsoleOptions,
): void {
  const contentSecurityPolicy = createPolicy(downloadsOrigin);
  const serve = async (c: HonoContext<HonoEnv>) => {
    const path = c.req.path.slice('/console'.length).replace(/^\//, '');
    c.header('content-security-policy', contentSecurityPolicy);
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value);
    const isFile = /^(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)+$/.test(path);
    const isPage = !isFile && !path.startsWith('assets/');
    const response =
      isFile || isPage ? await sendFile(c, directory, isFile ? path : 'index.html') : undefined;
    if (response) return response;
    return isPage ? c.html(notBuiltPage, 503) : c.notFound();
  };
  app.use('/console/*', compress());
  app.get('/console', serve);
  app.get('/console/*', serve);
}

const notBuiltPage = html`<!doctype html><html lang="en"><title>Restage</title><h1>The console is not built</h1>
<p>Run <code>npx -y pnpm@12 build console</code> in the folder of Restage, then reload this page. The API works without it.</p></html>`;

/** Responds with a file of the console; undefined if it is missing. */
async function sendFile(c: HonoContext<HonoEnv>, directory: string, path: string) {
  const file = join(directory, path);
  const found = await findFile(file);
  if (!found) return undefined;
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  const lastModified = found.mtime.toUTCString();
  c.header('etag', etag);
  c.header('last-modified', lastModified);
  c.header('cache-control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (isFresh(c.req.header('if-none-match'), c.req.header('if-modified-since'), { etag, lastModified })) {
    return c.body(null, 304);
  }
  c.header('content-type', contentTypes[extname(path)] ?? 'application/octet-stream');
  return c.body(new Uint8Array(await readFile(file)));
}

/** @returns undefined if there is no such file */
async function findFile(file: string) {
  try {
    const found = await stat(file);
    return found.isFile() ? found : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}
