import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Context, Hono } from 'hono';
import type { Edge } from '../http/request.ts';
import type { Library } from './library.ts';

/** What the documents need. */
interface DocumentOptions {
  readonly publicUrl: string;
  readonly docsDirectory?: string;
}

/** Where the pages are when the sources run. A bundle says so itself. */
export const sourceDocs = fileURLToPath(new URL('../../../../docs/', import.meta.url));

/** Serves the docs, their pictures, and the OpenAPI document: loaded and rendered once, when first asked for. */
export function mountDocuments(
  app: Hono<Edge>,
  { publicUrl, docsDirectory = sourceDocs }: DocumentOptions,
): void {
  let opened: Promise<Library> | undefined;
  const library = () => {
    opened ??= import('./library.ts').then(({ openLibrary }) => openLibrary(publicUrl, docsDirectory));
    return opened;
  };
  const serve = async (c: Context<Edge>) => {
    const { pages, pictures, policy } = await library();
    const picture = pictures.get(c.req.path);
    if (picture) {
      c.header('content-type', picture.type);
      c.header('cache-control', 'public, max-age=3600');
      return c.body(new Uint8Array(await readFile(picture.file)));
    }
    const page = pages.get(c.req.path);
    if (page === undefined) return c.notFound();
    c.header('content-security-policy', policy);
    return c.html(page);
  };
  app.get('/', (c) => c.redirect('/docs'));
  app.get('/openapi.json', async (c) => c.json((await library()).openApi));
  app.get('/docs/search', async (c) => {
    const { found, policy } = await library();
    c.header('content-security-policy', policy);
    return c.html(found((c.req.query('q') ?? '').slice(0, 200)));
  });
  app.get('/errors', serve);
  app.get('/docs', serve);
  // No named parameter: beside /docs/search, Hono would take a router for all paths that is half as fast.
  app.get('/docs/*', serve);
}
