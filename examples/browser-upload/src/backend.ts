import { type Restage, type RestageErrorCode, type Result, safe } from '@restage/sdk';
import { type Context, Hono } from 'hono';
import { validator } from 'hono/validator';

/**
 * Serves the page, and makes the three calls that take the key. An app with users checks here who is asking, and how
 * much they may spend: whoever reaches these routes works on your account.
 */
export function createBackend(restage: Restage, page: { html: string; script: string }): Hono {
  const app = new Hono();
  app.get('/', (c) => c.html(page.html));
  app.get('/page.js', (c) => c.body(page.script, 200, { 'content-type': 'text/javascript; charset=utf-8' }));

  // A URL that takes one file, for an hour. It goes to the page instead of the key.
  app.post('/api/uploads', readUpload, async (c) => {
    const { filename } = c.req.valid('json');
    return answer(c, await safe(restage.uploads.create({ filename })));
  });

  app.post('/api/jobs', readJob, async (c) => {
    const { source_uri, prompt } = c.req.valid('json');
    const generation_type = /\.(mp4|mov)$/i.test(source_uri) ? 'video' : 'image';
    const start = { generation_type, alpha_mode: 'auto', source_uri, prompt } as const;
    return answer(c, await safe(restage.generations.start(start)));
  });

  app.get('/api/jobs/:id', async (c) => answer(c, await safe(restage.generations.get(c.req.param('id')))));
  return app;
}

const readUpload = validator('json', (body, c) =>
  typeof body?.filename === 'string'
    ? { filename: body.filename as string }
    : c.json({ message: '`filename` must be text.' }, 400),
);

const readJob = validator('json', (body, c) => {
  const { source_uri, prompt } = body ?? {};
  // Uploads only: with any other URI, the page could have Restage fetch whatever it likes.
  if (typeof source_uri !== 'string' || !source_uri.startsWith('beeble://uploads/')) {
    return c.json({ message: '`source_uri` must be the URI of an upload.' }, 400);
  }
  if (typeof prompt !== 'string') return c.json({ message: '`prompt` must be text.' }, 400);
  return { source_uri, prompt };
});

/** Users are told what is wrong with their input. The rest (our key, our credits) goes to the log. */
function answer<T extends object>(c: Context, result: Result<T, RestageErrorCode>): Response {
  if (result.ok) return c.json(result.value);
  const { status, message } = result.error;
  if (status === 400 || status === 404) return c.json({ message }, status);
  console.error(result.error);
  return c.json({ message: 'This does not work at the moment. Try again later.' }, 503);
}
