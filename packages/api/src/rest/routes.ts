import { type ProcedureName, procedures } from '@restage/contract';
import type { Context as World } from '@restage/core';
import { catalogue, fail, isFailure } from '@restage/errors';
import { callTRPCProcedure } from '@trpc/server';
import type { Hono } from 'hono';
import { answerFailure } from '../http/answer.ts';
import { type Edge, requestContext } from '../http/request.ts';
import { FailureError, failureOf } from '../trpc/failure-error.ts';
import { router } from '../trpc/router.ts';
import { readInput } from './input.ts';

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
    const { kind, rest } = procedures[name];
    app.on(rest.method, rest.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const ctx = requestContext({ ...world, publicUrl: options.publicUrl }, c);
      try {
        const output = await callTRPCProcedure({
          router,
          path: name,
          type: kind,
          ctx,
          signal: c.req.raw.signal,
          batchIndex: 0,
          // Called by the procedure once key and rate have been checked: before that, no body is read.
          getRawInput: async () => {
            const input = await readInput(c, rest, options.maxBodyBytes, ctx.attachments);
            if (isFailure(input)) throw new FailureError(input);
            return input;
          },
        });
        if (ctx.reply.replayed) c.header('idempotency-replayed', 'true');
        return c.json(output as object);
      } catch (error) {
        const failure = failureOf(error);
        if (catalogue[failure.code].status === 500) {
          world.log.error({ err: error, requestId: ctx.requestId, procedure: name }, 'a procedure failed');
        }
        return answerFailure(c, failure, options.publicUrl);
      }
    });
  }
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
