import {
  type CallErrorCode,
  type Restage,
  type RestageErrorOf,
  safe,
  type UploadErrorCode,
} from '@restage/sdk';
import { type Context, Hono } from 'hono';

/** A portrait studio: takes a picture, and gives it back on a beach. */
export function createApp(restage: Restage): Hono {
  const app = new Hono();

  app.post('/portraits', async (c) => {
    const uploaded = await safe(restage.uploads.upload(await c.req.arrayBuffer()));
    if (!uploaded.ok) return answerError(c, uploaded.error);
    const started = await safe(
      restage.generations.start({
        generation_type: 'image',
        alpha_mode: 'auto',
        source_uri: uploaded.value.beeble_uri,
        prompt: 'golden hour on a beach',
      }),
    );
    if (!started.ok) return answerError(c, started.error);
    return c.json({ id: started.value.id }, 202);
  });

  app.get('/portraits/:id', async (c) => {
    const found = await safe(restage.generations.get(c.req.param('id')));
    if (found.ok) return c.json({ status: found.value.status, url: found.value.output?.render });
    if (found.error.code === 'JOB_NOT_FOUND') return c.json({ message: 'There is no such portrait.' }, 404);
    throw found.error;
  });

  return app;
}

/** What customers are told. Whatever is no business of theirs is thrown, and becomes a 500. */
function answerError(
  c: Context,
  error: RestageErrorOf<UploadErrorCode | CallErrorCode<'generations.start'>>,
): Response {
  switch (error.code) {
    case 'INVALID_FILENAME': // Bytes are named after their format, so these have none that is accepted.
    case 'INVALID_FILE_FORMAT':
      return c.json({ message: 'Send a PNG, JPEG or WebP picture.' }, 415);
    case 'SOURCE_TOO_LARGE':
    case 'PAYLOAD_TOO_LARGE':
      return c.json({ message: error.message }, 413);
    case 'INSUFFICIENT_CREDITS':
    case 'HARD_LIMIT_EXCEEDED':
      return c.json({ message: 'The studio is closed for today.' }, 503);
    case 'RATE_LIMIT_EXCEEDED':
    case 'CONCURRENT_LIMIT_EXCEEDED':
      c.header('retry-after', String(error.retryAfter));
      return c.json({ message: 'The studio is busy. Try again soon.' }, 503);
    default:
      throw error;
  }
}
