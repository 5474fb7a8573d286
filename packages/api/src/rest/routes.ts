import { type Procedure, type ProcedureName, procedures, type RestBinding } from '@restage/contract';
import { noMoreEvents, type Context as World } from '@restage/core';
import { fail, isFailure } from '@restage/errors';
import type { Context, Hono } from 'hono';
import type { RequestContext } from '../context.ts';
import { answerFailure } from '../http/answer.ts';
import { isMatched } from '../http/conditional.ts';
import { answerJson } from '../http/headers.ts';
import { type Edge, requestContext } from '../http/request.ts';
import { callProcedure } from '../pipeline.ts';
import { eventName, type StreamEvent } from '../stream-event.ts';
import { entityTag } from './etag.ts';
import { eventStream } from './events.ts';
import { nameHeader, preferredWait, readInput } from './input.ts';

/** What REST needs beside the world. */
export interface RestOptions {
  /** What links to the docs begin with; no slash at the end. */
  readonly publicUrl: string;
  /** Bytes of a JSON body. */
  readonly maxBodyBytes: number;
}

/** Mounts every row of the procedure table at its REST binding. */
export function mountRest(app: Hono<Edge>, world: World, options: RestOptions): void {
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    app.on(
      procedures[name].rest.method,
      procedures[name].rest.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      route(name, world, options),
    );
  }
}

/** The handler of a procedure's route. */
function route(name: ProcedureName, world: World, options: RestOptions) {
  const { kind, rest }: Procedure = procedures[name];
  const base = { ...world, publicUrl: options.publicUrl };
  return async (c: Context<Edge>): Promise<Response> => {
    const ctx = requestContext(base, c);
    // A stream's reader may go away without the request's own signal hearing of it.
    const gone = kind === 'subscription' ? new AbortController() : undefined;
    const left = gone && AbortSignal.any([c.req.raw.signal, gone.signal]);
    const output = await callProcedure(name, ctx, {
      read: () => readInput(c, rest, options.maxBodyBytes, ctx.largeStrings),
      signal: () => left ?? c.req.raw.signal,
    });
    if (isFailure(output)) return answerFailure(c, nameHeader(c, rest, output), options.publicUrl);
    if (!gone) return answer(c, rest, output, ctx);
    // The answer at which an EventSource no longer comes back (HTML, 9.2.3).
    if (output === noMoreEvents) return c.body(null, 204, { 'cache-control': 'no-store' });
    const stream = {
      name: eventName(procedures[name].output.meta()?.id ?? 'message'),
      onFault: (fault: unknown) =>
        world.log.error({ err: fault, requestId: ctx.requestId, procedure: name }, 'event_stream_failed'),
      onCancel: () => gone.abort(),
    };
    return answerEvents(c, eventStream(output as AsyncIterable<StreamEvent<unknown>>, stream));
  };
}

/** Answers with an output, and with what the headers have to say of it. */
function answer(c: Context<Edge>, rest: RestBinding, output: object, ctx: RequestContext): Response {
  const headers: Record<string, string> = {};
  if (ctx.responseMeta.replayed) headers['idempotency-replayed'] = 'true';
  const wait = preferredWait(c, rest);
  if (wait !== undefined) headers['preference-applied'] = `wait=${wait}`;
  const text = JSON.stringify(output);
  if (!rest.volatile) return answerJson(c, headers, text);
  const tag = entityTag(output, text, rest.volatile, ctx.now());
  headers.etag = tag;
  headers['cache-control'] = 'private, no-cache';
  headers.vary = 'x-api-key, authorization, prefer';
  const isFresh = isMatched(c.req.header('if-none-match'), tag);
  return answerJson(c, headers, isFresh ? undefined : text);
}

function answerEvents(c: Context<Edge>, events: ReadableStream<Uint8Array>): Response {
  c.header('content-type', 'text/event-stream; charset=utf-8');
  c.header('cache-control', 'no-cache, no-transform');
  // Proxies that gather what they pass on would hold events back.
  c.header('x-accel-buffering', 'no');
  return c.body(events);
}

/** Answers what no route does: a path that is known with another method, and a path that isn't. */
export function mountFallback(app: Hono<Edge>, options: Pick<RestOptions, 'publicUrl'>): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort();
    app.all(path, (c) => {
      const message = `${c.req.method} is not a method of this route. Its methods: ${allow.join(', ')}.`;
      return answerFailure(c, fail('METHOD_NOT_ALLOWED', message, { allow }), options.publicUrl);
    });
  }
  app.notFound((c) =>
    answerFailure(c, fail('NOT_FOUND', 'There is no such route. See /docs.'), options.publicUrl),
  );
}
