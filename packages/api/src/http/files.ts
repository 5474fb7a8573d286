import { type fileRouteErrors, formatReceived } from '@restage/contract';
import { type Context, explainMissingOutput, findMediaType, receiveUpload } from '@restage/core';
import { type CodesOf, type Failure, fail, isFailure } from '@restage/errors';
import { parseRange } from '@restage/storage';
import type { Hono, Context as HonoContext } from 'hono';
import type { SameCodes } from '../implement.ts';
import type { internalError } from '../pipeline/internal-error.ts';
import type { HonoEnv } from './request.ts';
import { isFresh, isRangeAllowed } from './response/conditional.ts';
import { respondWithFailure } from './response/failure-response.ts';

const contentTypes: Readonly<Record<string, string>> = { png: 'image/png', mp4: 'video/mp4' };

/** Serves the files behind signed URLs, which need no key: PUT for uploads, GET with ranges for inputs and outputs. */
export function mountFiles(app: Hono<HonoEnv>, ctx: Context, options: { readonly publicUrl: string }): void {
  const respond = (c: HonoContext<HonoEnv>, outcome: Response | Failure) => {
    if (!isFailure(outcome)) return outcome;
    // The only INVALID_REQUEST here is an invalid range, for which HTTP has its own status.
    const status = outcome.code === 'INVALID_REQUEST' ? 416 : undefined;
    return respondWithFailure(c, outcome, options.publicUrl, status);
  };
  app.get('/files/outputs/:id/:attempt/:name', async (c) =>
    respond(c, await getOutput(c, ctx, c.req.param())),
  );
  for (const [path, toKey] of inputRoutes) {
    app.get(path, async (c) => respond(c, await getInput(c, ctx, toKey(c.req.param()))));
  }
  app.put('/files/uploads/:id', async (c) => {
    const outcome = await putUpload(c, ctx, c.req.param('id'));
    return isFailure(outcome) ? respondWithFailure(c, outcome, options.publicUrl) : c.body(null, 200);
  });
}

/** The inputs that can be read: uploads, and bytes that were part of a request. */
const inputRoutes: readonly (readonly [path: string, toKey: (params: Record<string, string>) => string])[] = [
  ['/files/uploads/:id', ({ id }) => `uploads/${id}`],
  ['/files/inputs/:id/:role', ({ id, role }) => `inputs/${id}/${role}`],
];

/** Each route can fail with exactly the codes that the contract declares, including the code of thrown errors. */
type RouteCodes<Handler extends (...input: never[]) => unknown> =
  | CodesOf<ReturnType<Handler>>
  | CodesOf<ReturnType<typeof internalError>>;
true satisfies SameCodes<RouteCodes<typeof putUpload>, (typeof fileRouteErrors)['uploads.put'][number]>;
true satisfies SameCodes<RouteCodes<typeof getOutput>, (typeof fileRouteErrors)['outputs.get'][number]>;
true satisfies SameCodes<RouteCodes<typeof getInput>, (typeof fileRouteErrors)['inputs.get'][number]>;

async function putUpload(c: HonoContext<HonoEnv>, ctx: Context, id: string) {
  const verified = ctx.urls.verify({ method: 'PUT', url: c.req.url });
  if (isFailure(verified)) return verified;
  const declared = Number(c.req.header('content-length') ?? 0);
  if (declared > ctx.settings.maxUploadBytes) {
    const message = `An upload must be at most ${ctx.settings.maxUploadBytes} bytes; received content-length ${declared}.`;
    return fail('PAYLOAD_TOO_LARGE', message);
  }
  const { body, signal } = c.req.raw;
  return receiveUpload(ctx, id, body ?? emptyBody(), signal);
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** Responds with an output, or with the requested range of it. */
async function getOutput(
  c: HonoContext<HonoEnv>,
  ctx: Context,
  { id, attempt, name }: { readonly id: string; readonly attempt: string; readonly name: string },
) {
  const verified = ctx.urls.verify({ method: 'GET', url: c.req.url });
  if (isFailure(verified)) return verified;
  const type = contentTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const file = { key: `outputs/${id}/${attempt}/${name}`, name: `${id}-${name}`, getType: () => type };
  return (await sendFile(c, ctx, file)) ?? explainMissingOutput(ctx, id);
}

/** Responds with an input of a job. Its type is that of its bytes, not the one that its sender named. */
async function getInput(c: HonoContext<HonoEnv>, ctx: Context, key: string) {
  const verified = ctx.urls.verify({ method: 'GET', url: c.req.url });
  if (isFailure(verified)) return verified;
  const name = key.slice(key.indexOf('/') + 1).replace('/', '-');
  const sent = await sendFile(c, ctx, { key, name, getType: () => findMediaType(ctx, key) });
  return sent ?? fail('NOT_FOUND', 'There is no such file: inputs are kept for a limited time.');
}

/**
 * Responds with a file, with the requested range of it (RFC 9110, single ranges only), or with a redirect to a store that
 * serves it; undefined if it is missing.
 * @param getType gives the content type; called only if the response has one
 */
async function sendFile(
  c: HonoContext<HonoEnv>,
  ctx: Context,
  {
    key,
    name,
    getType,
  }: { readonly key: string; readonly name: string; readonly getType: () => string | Promise<string> },
) {
  const stat = await ctx.blobs.stat(key);
  if (!stat) return undefined;
  const etag = `"${stat.version}"`;
  const lastModified = stat.modifiedAt.toUTCString();
  const cacheHeaders = { etag, 'last-modified': lastModified, 'cache-control': 'private, max-age=3600' };
  if (isFresh(c.req.header('if-none-match'), c.req.header('if-modified-since'), { etag, lastModified })) {
    return c.body(null, 304, cacheHeaders);
  }
  // Ranges apply to GET only (RFC 9110, 14.2).
  const isHead = c.req.method === 'HEAD';
  const isRanged = !isHead && isRangeAllowed(c.req.header('if-range'), { etag, lastModified });
  const range = parseRange((isRanged && c.req.header('range')) || null, stat.size);
  if (range === 'unsatisfiable') return unsatisfiableRange(c, stat.size);
  const type = await getType();
  const contentDisposition = `inline; filename="${name}"`;
  if (!isHead && ctx.blobs.signDownload) {
    const url = await ctx.blobs.signDownload(key, { contentType: type, contentDisposition });
    // Not to be cached: the URL expires. The client sends its range to where it leads.
    c.header('cache-control', 'no-store');
    return c.redirect(url, 302);
  }
  const bytes = isHead ? undefined : await ctx.blobs.read(key, range === 'whole' ? undefined : range);
  // Retention deleted the file after `stat`.
  if (!isHead && !bytes) return undefined;
  const headers: Record<string, string> = {
    ...cacheHeaders,
    'accept-ranges': 'bytes',
    'content-type': type,
    'content-disposition': contentDisposition,
    'content-length': String(range === 'whole' ? stat.size : range.end - range.start + 1),
  };
  if (range !== 'whole') headers['content-range'] = `bytes ${range.start}-${range.end}/${stat.size}`;
  const status = range === 'whole' ? 200 : 206;
  return bytes ? c.body(bytes, status, headers) : c.body(null, status, headers);
}

function unsatisfiableRange(c: HonoContext<HonoEnv>, size: number) {
  const range = formatReceived(c.req.header('range'));
  const message = `The header range must select bytes of the file, which has ${size}; received ${range}.`;
  c.header('accept-ranges', 'bytes');
  c.header('content-range', `bytes */${size}`);
  return fail('INVALID_REQUEST', message, { param: 'range' });
}
