import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import type { Edge } from '../http/request.ts';
import { readGuides, sourceDocs } from './guides.ts';
import { scriptHash } from './html.ts';
import { openApiDocument } from './openapi.ts';
import { renderSite } from './site.ts';

/** What the documents need. */
interface DocumentOptions {
  readonly publicUrl: string;
  readonly docsDirectory?: string;
}

const policy = `default-src 'none'; script-src ${scriptHash}; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
const pictureTypes = { '.jpg': 'image/jpeg', '.png': 'image/png' } as const;

/** Serves the docs, which are rendered once, here; their pictures; and the OpenAPI document. */
export function mountDocuments(
  app: Hono<Edge>,
  { publicUrl, docsDirectory = sourceDocs }: DocumentOptions,
): void {
  const document = openApiDocument(publicUrl);
  app.get('/', (c) => c.redirect('/docs'));
  app.get('/openapi.json', (c) => c.json(document));
  const { pages, found } = renderSite(publicUrl, readGuides(docsDirectory));
  app.get('/docs/search', (c) => {
    c.header('content-security-policy', policy);
    return c.html(found((c.req.query('q') ?? '').slice(0, 200)));
  });
  for (const [path, page] of pages) {
    app.get(path, (c) => {
      c.header('content-security-policy', policy);
      return c.html(page);
    });
  }
  // Each picture has a route of its own: a path that is made of a request can lead anywhere.
  for (const file of readdirSync(`${docsDirectory}/images`)) {
    const [, type] = Object.entries(pictureTypes).find(([extension]) => file.endsWith(extension)) ?? [];
    if (type === undefined) continue;
    app.get(`/docs/images/${file}`, async (c) => {
      c.header('content-type', type);
      c.header('cache-control', 'public, max-age=3600');
      return c.body(new Uint8Array(await readFile(`${docsDirectory}/images/${file}`)));
    });
  }
}
