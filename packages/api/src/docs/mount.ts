import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Hono, Context as HonoContext } from 'hono';
import type { HonoEnv } from '../http/request.ts';
import type { DocsSite } from './docs-site.ts';

/** Options of {@link mountDocs}. */
interface DocsOptions {
  readonly publicUrl: string;
  readonly docsDirectory?: string;
}

/** The folder of the guides in the repository. A bundle passes its own. */
export const sourceDocs = fileURLToPath(new URL('../../../../docs/', import.meta.url));

/** Serves the docs, as pages and as Markdown, their images, and the OpenAPI document. The first request loads and renders them. */
export function mountDocs(app: Hono<HonoEnv>, { publicUrl, docsDirectory = sourceDocs }: DocsOptions): void {
  let site: Promise<DocsSite> | undefined;
  const getSite = () => {
    site ??= import('./docs-site.ts').then(({ createDocsSite }) => createDocsSite(publicUrl, docsDirectory));
    return site;
  };
  const serve = async (c: HonoContext<HonoEnv>) => {
    const { pages, markdown, images: pictures, contentSecurityPolicy: policy } = await getSite();
    const picture = pictures.get(c.req.path);
    if (picture) {
      c.header('content-type', picture.type);
      c.header('cache-control', 'public, max-age=3600');
      return c.body(new Uint8Array(await readFile(picture.file)));
    }
    const text = markdown.get(c.req.path);
    if (text !== undefined) return c.body(text, 200, { 'content-type': 'text/markdown; charset=utf-8' });
    const page = pages.get(c.req.path);
    if (page === undefined) return c.notFound();
    c.header('content-security-policy', policy);
    return c.html(page);
  };
  app.get('/', (c) => c.redirect('/docs'));
  app.get('/openapi.json', async (c) => c.json((await getSite()).openApi));
  app.get('/docs/search', async (c) => {
    const { renderSearch: found, contentSecurityPolicy: policy } = await getSite();
    c.header('content-security-policy', policy);
    return c.html(found((c.req.query('q') ?? '').slice(0, 200)));
  });
  app.get('/errors', serve);
  app.get('/llms.txt', serve);
  app.get('/docs', serve);
  // With a named parameter beside /docs/search, Hono would use a router for all paths that is half as fast.
  app.get('/docs/*', serve);
}
