import { received } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { missingOutput, receiveUpload } from '@restage/core';
import { fail, isFailure } from '@restage/errors';
import { parseRange } from '@restage/storage';
import type { Context, Hono } from 'hono';
import { answerFailure } from './answer.ts';
import { isFresh, isRangeAllowed } from './conditional.ts';
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
    const outcome = await receiveUpload(world, c.req.param('id'), body ?? nothing(), signal);
    return isFailure(outcome) ? answerFailure(c, outcome, options.publicUrl) : c.body(null, 200);
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** A blob, or the range of it that was asked for (RFC 9110, single ranges). */
async function sendBlob(c: Context, world: World, key: string, docs: string): Promise<Response> {
  const found = await world.blobs.stat(key);
  const [, id = '', , name = ''] = key.split('/');
  if (!found) return answerFailure(c, await missingOutput(world, id), docs);
  const etag = `"${found.size.toString(36)}-${found.modifiedAt.getTime().toString(36)}"`;
  const lastModified = found.modifiedAt.toUTCString();
  const lasting = { etag, 'last-modified': lastModified, 'cache-control': 'private, max-age=3600' };
  if (isFresh(c.req.header('if-none-match'), c.req.header('if-modified-since'), { etag, lastModified })) {
    return c.body(null, 304, lasting);
  }
  // A range is a matter of GET alone: a HEAD is answered as for the whole (RFC 9110, 14.2).
  const isHead = c.req.method === 'HEAD';
  const isRanged = !isHead && isRangeAllowed(c.req.header('if-range'), { etag, lastModified });
  const range = parseRange((isRanged && c.req.header('range')) || null, found.size);
  if (range === 'unsatisfiable') return answerUnsatisfiable(c, found.size, docs);
  const bytes = isHead ? undefined : await world.blobs.read(key, range === 'whole' ? undefined : range);
  // Swept since it was looked at.
  if (!isHead && !bytes) return answerFailure(c, await missingOutput(world, id), docs);
  const headers: Record<string, string> = {
    ...lasting,
    'accept-ranges': 'bytes',
    'content-type': types[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'content-disposition': `inline; filename="${id}-${name}"`,
    'content-length': String(range === 'whole' ? found.size : range.end - range.start + 1),
  };
  if (range !== 'whole') headers['content-range'] = `bytes ${range.start}-${range.end}/${found.size}`;
  const status = range === 'whole' ? 200 : 206;
  return bytes ? c.body(bytes, status, headers) : c.body(null, status, headers);
}

function answerUnsatisfiable(c: Context, size: number, docs: string): Response {
  const sent = received(c.req.header('range'));
  const message = `The header range must name bytes of the file, which has ${size}; received ${sent}.`;
  c.header('accept-ranges', 'bytes');
  c.header('content-range', `bytes */${size}`);
  return answerFailure(c, fail('INVALID_REQUEST', message, { param: 'range' }), docs, 416);
}
