import { type Procedure, type ProcedureName, procedures, type RestBinding } from '@restage/contract';
import { type Context, noMoreEvents } from '@restage/core';
import { fail, isFailure } from '@restage/errors';
import type { Hono, Context as HonoContext } from 'hono';
import type { RequestContext } from '../context.ts';
import { createRequestContext, type HonoEnv } from '../http/request.ts';
import { isMatched } from '../http/response/conditional.ts';
import { respondWithFailure } from '../http/response/failure-response.ts';
import { respondWithJson } from '../http/response/headers.ts';
import { callProcedure } from '../pipeline/pipeline.ts';
import { type StreamEvent, toEventName } from '../stream-event.ts';
import { computeEntityTag } from './entity-tag.ts';
import { createEventStream } from './events.ts';
import { readInput, readPreferredWait, renameParamToHeader } from './input.ts';

/** Options of {@link mountRest}. */
export interface RestOptions {
  /** The start of links to the docs, without a final slash. */
  readonly publicUrl: string;
  /** Largest JSON body, in bytes. */
  readonly maxBodyBytes: number;
}

/** Mounts every procedure of the table at its REST binding. */
export function mountRest(app: Hono<HonoEnv>, ctx: Context, options: RestOptions): void {
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    app.on(
      procedures[name].rest.method,
      procedures[name].rest.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      createHandler(name, ctx, options),
    );
  }
}

/** Creates the handler of a procedure's route. */
function createHandler(name: ProcedureName, services: Context, options: RestOptions) {
  const { kind, rest }: Procedure = procedures[name];
  const base = { ...services, publicUrl: options.publicUrl };
  return async (c: HonoContext<HonoEnv>): Promise<Response> => {
    const ctx = createRequestContext(base, c);
    // If the client of a stream disconnects, the request's own signal may not abort.
    const disconnect = kind === 'subscription' ? new AbortController() : undefined;
    const streamSignal = disconnect && AbortSignal.any([c.req.raw.signal, disconnect.signal]);
    const output = await callProcedure(name, ctx, {
      transport: 'rest',
      read: () => readInput(c, rest, options.maxBodyBytes, ctx.largeStrings),
      signal: () => streamSignal ?? c.req.raw.signal,
    });
    if (isFailure(output))
      return respondWithFailure(c, renameParamToHeader(c, rest, output), options.publicUrl);
    if (!disconnect) return respond(c, rest, output, ctx);
    // An EventSource does not reconnect after a 204 (HTML standard, 9.2.3).
    if (output === noMoreEvents) return c.body(null, 204, { 'cache-control': 'no-store' });
    const streamOptions = {
      name: toEventName(procedures[name].output.meta()?.id ?? 'message'),
      onError: (error: unknown) =>
        services.log.error({ err: error, requestId: ctx.requestId, procedure: name }, 'event_stream_failed'),
      onCancel: () => disconnect.abort(),
    };
    return respondWithEvents(
      c,
      createEventStream(output as AsyncIterable<StreamEvent<unknown>>, streamOptions),
    );
  };
}

/** Creates the response for an output, with the headers that belong to it. */
function respond(c: HonoContext<HonoEnv>, rest: RestBinding, output: object, ctx: RequestContext): Response {
  const headers: Record<string, string> = {};
  if (ctx.responseMeta.replayed) headers['idempotency-replayed'] = 'true';
  const wait = readPreferredWait(c, rest);
  if (wait !== undefined) headers['preference-applied'] = `wait=${wait}`;
  const text = JSON.stringify(output);
  if (!rest.volatile) return respondWithJson(c, headers, text);
  const tag = computeEntityTag(output, text, rest.volatile, ctx.now());
  headers.etag = tag;
  headers['cache-control'] = 'private, no-cache';
  headers.vary = 'x-api-key, authorization, prefer';
  const isFresh = isMatched(c.req.header('if-none-match'), tag);
  return respondWithJson(c, headers, isFresh ? undefined : text);
}

function respondWithEvents(c: HonoContext<HonoEnv>, events: ReadableStream<Uint8Array>): Response {
  c.header('content-type', 'text/event-stream; charset=utf-8');
  c.header('cache-control', 'no-cache, no-transform');
  // Tells proxies not to buffer the events.
  c.header('x-accel-buffering', 'no');
  return c.body(events);
}

/** Responds to all other requests: METHOD_NOT_ALLOWED for a known path with another method, otherwise NOT_FOUND. */
export function mountFallback(app: Hono<HonoEnv>, options: Pick<RestOptions, 'publicUrl'>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const methods = methodsByPath.get(path) ?? new Set();
    methodsByPath.set(path, methods.add(method));
    if (method === 'GET') methods.add('HEAD');
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods].sort();
    app.all(path, (c) => {
      const message = `This route accepts ${allow.join(', ')}; received ${c.req.method}.`;
      return respondWithFailure(c, fail('METHOD_NOT_ALLOWED', message, { allow }), options.publicUrl);
    });
  }
  app.notFound((c) =>
    respondWithFailure(
      c,
      fail('NOT_FOUND', 'There is no such route. See /docs for all routes.'),
      options.publicUrl,
    ),
  );
}
