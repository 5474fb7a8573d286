import { type fileRouteErrors, received } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { explainMissingOutput, receiveUpload } from '@restage/core';
import { type CodesOf, fail, isFailure } from '@restage/errors';
import { parseRange } from '@restage/storage';
import type { Context, Hono } from 'hono';
import type { SameCodes } from '../implement.ts';
import type { internalError } from '../internal-error.ts';
import { answerFailure } from './answer.ts';
import { isFresh, isRangeAllowed } from './conditional.ts';
import type { Edge } from './request.ts';

const types: Readonly<Record<string, string>> = { png: 'image/png', mp4: 'video/mp4' };

/** What is served by signed URLs alone: uploads take a PUT, outputs give a GET, with ranges. No key is asked. */
export function mountFiles(app: Hono<Edge>, world: World, options: { readonly publicUrl: string }): void {
  app.get('/files/outputs/:id/:attempt/:name', async (c) => {
    const outcome = await getOutput(c, world, c.req.param());
    if (!isFailure(outcome)) return outcome;
    // Of what can be wrong with such a request, its range, HTTP has a status of its own.
    const status = outcome.code === 'INVALID_REQUEST' ? 416 : undefined;
    return answerFailure(c, outcome, options.publicUrl, status);
  });
  app.put('/files/uploads/:id', async (c) => {
    const outcome = await putUpload(c, world, c.req.param('id'));
    return isFailure(outcome) ? answerFailure(c, outcome, options.publicUrl) : c.body(null, 200);
  });
}

/** Each route fails with exactly the codes that the contract declares, and with what stands for a throw. */
type CodesOfRoute<Handler extends (...input: never[]) => unknown> =
  | CodesOf<ReturnType<Handler>>
  | CodesOf<ReturnType<typeof internalError>>;
true satisfies SameCodes<CodesOfRoute<typeof putUpload>, (typeof fileRouteErrors)['uploads.put'][number]>;
true satisfies SameCodes<CodesOfRoute<typeof getOutput>, (typeof fileRouteErrors)['outputs.get'][number]>;

async function putUpload(c: Context<Edge>, world: World, id: string) {
  const verified = world.urls.verify({ method: 'PUT', url: c.req.url });
  if (isFailure(verified)) return verified;
  const declared = Number(c.req.header('content-length') ?? 0);
  if (declared > world.settings.maxUploadBytes) {
    const message = `An upload may be at most ${world.settings.maxUploadBytes} bytes; this one says ${declared}.`;
    return fail('PAYLOAD_TOO_LARGE', message);
  }
  const { body, signal } = c.req.raw;
  return receiveUpload(world, id, body ?? nothing(), signal);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** An output, or the range of it that was asked for (RFC 9110, single ranges). */
async function getOutput(
  c: Context<Edge>,
  world: World,
  { id, attempt, name }: { readonly id: string; readonly attempt: string; readonly name: string },
) {
  const verified = world.urls.verify({ method: 'GET', url: c.req.url });
  if (isFailure(verified)) return verified;
  const key = `outputs/${id}/${attempt}/${name}`;
  const found = await world.blobs.stat(key);
  if (!found) return explainMissingOutput(world, id);
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
  if (range === 'unsatisfiable') return unsatisfiableRange(c, found.size);
  const bytes = isHead ? undefined : await world.blobs.read(key, range === 'whole' ? undefined : range);
  // Swept since it was looked at.
  if (!isHead && !bytes) return explainMissingOutput(world, id);
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

function unsatisfiableRange(c: Context<Edge>, size: number) {
  const sent = received(c.req.header('range'));
  const message = `The header range must name bytes of the file, which has ${size}; received ${sent}.`;
  c.header('accept-ranges', 'bytes');
  c.header('content-range', `bytes */${size}`);
  return fail('INVALID_REQUEST', message, { param: 'range' });
}
