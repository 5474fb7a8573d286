import { type Procedure, type ProcedureName, procedures, type RestBinding } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { catalogue, fail, isFailure } from '@restage/errors';
import { callTRPCProcedure } from '@trpc/server';
import type { Context, Hono } from 'hono';
import type { RequestContext } from '../context.ts';
import { answerFailure } from '../http/answer.ts';
import { type Edge, requestContext } from '../http/request.ts';
import { FailureError, failureOf } from '../trpc/failure-error.ts';
import { router } from '../trpc/router.ts';
import { entityTag, isMatched } from './etag.ts';
import { eventStream } from './events.ts';
import { preferredWait, readInput } from './input.ts';

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
    const { kind, rest }: Procedure = procedures[name];
    app.on(rest.method, rest.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const ctx = requestContext({ ...world, publicUrl: options.publicUrl }, c);
      const log = (error: unknown) =>
        world.log.error({ err: error, requestId: ctx.requestId, procedure: name }, 'a procedure failed');
      // A stream's reader may go away without the request's own signal hearing of it.
      const gone = kind === 'subscription' ? new AbortController() : undefined;
      try {
        const output: unknown = await callTRPCProcedure({
          router,
          path: name,
          type: kind,
          ctx,
          signal: gone ? AbortSignal.any([c.req.raw.signal, gone.signal]) : c.req.raw.signal,
          batchIndex: 0,
          // Called by the procedure once key and rate have been checked: before that, no body is read.
          getRawInput: async () => {
            const input = await readInput(c, rest, options.maxBodyBytes, ctx.attachments);
            if (isFailure(input)) throw new FailureError(input);
            return input;
          },
        });
        if (!gone) return answer(c, rest, output as object, ctx);
        const stream = { name: eventName(name), onFault: log, onCancel: () => gone.abort() };
        return answerEvents(c, eventStream(output as Parameters<typeof eventStream>[0], stream));
      } catch (error) {
        const failure = failureOf(error);
        if (catalogue[failure.code].status === 500) log(error);
        return answerFailure(c, failure, options.publicUrl);
      }
    });
  }
}

/** Answers with an output, and with what the headers have to say of it. */
function answer(c: Context<Edge>, rest: RestBinding, output: object, ctx: RequestContext): Response {
  if (ctx.reply.replayed) c.header('idempotency-replayed', 'true');
  const wait = preferredWait(c, rest);
  if (wait !== undefined) c.header('preference-applied', `wait=${wait}`);
  if (!rest.volatile) return c.json(output);
  const tag = entityTag(output, rest.volatile, ctx.now());
  c.header('etag', tag);
  c.header('cache-control', 'private, no-cache');
  c.header('vary', 'x-api-key, authorization, prefer');
  return isMatched(c.req.header('if-none-match'), tag) ? c.body(null, 304) : c.json(output);
}

function answerEvents(c: Context<Edge>, events: ReadableStream<Uint8Array>): Response {
  c.header('content-type', 'text/event-stream; charset=utf-8');
  c.header('cache-control', 'no-cache, no-transform');
  // Proxies that gather what they pass on would hold events back.
  c.header('x-accel-buffering', 'no');
  return c.body(events);
}

/** What the events of a subscription are called: after what they carry, `job`. */
function eventName(name: ProcedureName): string {
  return (procedures[name].output.meta()?.id ?? 'message').toLowerCase();
}

/** Answers what no route does: a path that is known with another method, and a path that isn't. */
export function mountFallback(app: Hono<Edge>, options: RestOptions): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(', ');
    app.all(path, (c) => {
      c.header('allow', allow);
      const message = `${c.req.method} is not a method of this route. Its methods: ${allow}.`;
      return answerFailure(c, fail('METHOD_NOT_ALLOWED', message), options.publicUrl);
    });
  }
  app.notFound((c) =>
    answerFailure(c, fail('NOT_FOUND', 'There is no such route. See /docs.'), options.publicUrl),
  );
}
