import type { Context as World } from '@restage/core';
import { missingOutput, receiveUpload } from '@restage/core';
import { fail, isFailure } from '@restage/errors';
import { parseRange } from '@restage/storage';
import type { Context, Hono } from 'hono';
import { answerFailure } from './answer.ts';
import type { Edge } from './request.ts';

const types: Readonly<Record<string, string>> = { png: 'image/png', mp4: 'video/mp4' };

/** What is served by signed URLs alone: uploads take a PUT, outputs give a GET, with ranges. No key is asked. */
export function mountFiles(app: Hono<Edge>, world: World, options: { readonly publicUrl: string }): void {
  app.get('/files/outputs/:id/:attempt/:name', async (c) => {
    const verified = world.urls.verify({ method: 'GET', url: c.req.url });
    if (isFailure(verified)) return answerFailure(c, verified, options.publicUrl);
    const { id, attempt, name } = c.req.param();
    return sendBlob(c, world, `outputs/${id}/${attempt}/${name}`, options.publicUrl);
  });

  app.put('/files/uploads/:id', async (c) => {
    const verified = world.urls.verify({ method: 'PUT', url: c.req.url });
    if (isFailure(verified)) return answerFailure(c, verified, options.publicUrl);
    const declared = Number(c.req.header('content-length') ?? 0);
    if (declared > world.settings.maxUploadBytes) {
      const message = `An upload may be at most ${world.settings.maxUploadBytes} bytes; this one says ${declared}.`;
      return answerFailure(c, fail('PAYLOAD_TOO_LARGE', message), options.publicUrl);
    }
    const { body, signal } = c.req.raw;
    const received = await receiveUpload(world, c.req.param('id'), body ?? nothing(), signal);
    return isFailure(received) ? answerFailure(c, received, options.publicUrl) : c.body(null, 200);
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** A blob, or the range of it that was asked for (RFC 9110, single ranges). */
async function sendBlob(c: Context, world: World, key: string, docs: string): Promise<Response> {
  const found = await world.blobs.stat(key);
  const [, id = '', , name = ''] = key.split('/');
  if (!found) return answerFailure(c, await missingOutput(world, id), docs);
  const etag = `"${found.size.toString(36)}-${found.modifiedAt.getTime().toString(36)}"`;
  const ifRange = c.req.header('if-range');
  const asked = ifRange === undefined || ifRange === etag ? c.req.header('range') : undefined;
  const range = parseRange(asked ?? null, found.size);
  const isKnown = c.req.header('if-none-match') === etag;
  const isWanted = !isKnown && range !== 'unsatisfiable' && c.req.method !== 'HEAD';
  const bytes = isWanted ? await world.blobs.read(key, range === 'whole' ? undefined : range) : undefined;
  // Swept since it was looked at.
  if (isWanted && !bytes) return answerFailure(c, await missingOutput(world, id), docs);
  c.header('accept-ranges', 'bytes');
  c.header('etag', etag);
  c.header('last-modified', found.modifiedAt.toUTCString());
  c.header('cache-control', 'private, max-age=3600');
  if (isKnown) return c.body(null, 304);
  c.header('content-type', types[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream');
  c.header('content-disposition', `inline; filename="${id}-${name}"`);
  if (range === 'unsatisfiable') {
    c.header('content-range', `bytes */${found.size}`);
    c.header('content-type', 'text/plain; charset=utf-8');
    return c.body('', 416);
  }
  if (range !== 'whole') c.header('content-range', `bytes ${range.start}-${range.end}/${found.size}`);
  const length = range === 'whole' ? found.size : range.end - range.start + 1;
  c.header('content-length', String(length));
  const status = range === 'whole' ? 200 : 206;
  return bytes ? c.body(bytes, status) : c.body(null, status);
}
