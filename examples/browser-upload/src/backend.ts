import { type Restage, type RestageErrorCode, type Result, safe } from '@restage/sdk';
import { type Context, Hono } from 'hono';
import { validator } from 'hono/validator';

/**
 * Serves the page, and makes the three calls that need the key. An app with users authenticates them here, and limits what
 * they may spend: anyone who can call these routes uses your account.
 */
export function createBackend(restage: Restage, page: { html: string; script: string }): Hono {
  const app = new Hono();
  app.get('/', (c) => c.html(page.html));
  app.get('/page.js', (c) => c.body(page.script, 200, { 'content-type': 'text/javascript; charset=utf-8' }));

  // The page gets a URL that accepts one file for an hour, instead of the key.
  app.post('/api/uploads', readUpload, async (c) => {
    const { filename } = c.req.valid('json');
    return toResponse(c, await safe(restage.uploads.create({ filename })));
  });

  app.post('/api/jobs', readJob, async (c) => {
    const { source_uri, prompt } = c.req.valid('json');
    const generation_type = /\.(mp4|mov)$/i.test(source_uri) ? 'video' : 'image';
    const start = { generation_type, alpha_mode: 'auto', source_uri, prompt } as const;
    return toResponse(c, await safe(restage.generations.start(start)));
  });

  app.get('/api/jobs/:id', async (c) =>
    toResponse(c, await safe(restage.generations.get(c.req.param('id')))),
  );
  return app;
}

const readUpload = validator('json', (body, c) =>
  typeof body?.filename === 'string'
    ? { filename: body.filename as string }
    : c.json({ message: '`filename` must be a string.' }, 400),
);

const readJob = validator('json', (body, c) => {
  const { source_uri, prompt } = body ?? {};
  // Only uploads: with other URIs, the page could make Restage fetch any URL.
  if (typeof source_uri !== 'string' || !source_uri.startsWith('beeble://uploads/')) {
    return c.json({ message: '`source_uri` must be the URI of an upload.' }, 400);
  }
  if (typeof prompt !== 'string') return c.json({ message: '`prompt` must be a string.' }, 400);
  return { source_uri, prompt };
});

/** Users see what is wrong with their input. Other errors (the key, the credits) are logged. */
function toResponse<T extends object>(c: Context, result: Result<T, RestageErrorCode>): Response {
  if (result.ok) return c.json(result.value);
  const { status, message } = result.error;
  if (status === 400 || status === 404) return c.json({ message }, status);
  console.error(result.error);
  return c.json({ message: 'The service is temporarily unavailable. Try again later.' }, 503);
}
