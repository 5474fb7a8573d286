import type { AddressInfo } from 'node:net';
import type { ProcedureInput, ProcedureName, ProcedureOutput } from '@restage/contract';
import { procedures } from '@restage/contract';
import { startRenderWorkers } from '@restage/core';
import { decodeEnvelope } from '@restage/errors';
import { Restage, RestageError } from '@restage/sdk';
import { afterAll } from 'vitest';
import { createApp } from '../../app.ts';
import { createRequestListener } from '../../http/listener.ts';
import { createHttpServer } from '../../http/server.ts';
import { failureOf } from '../../trpc/failure-error.ts';
import { createCaller } from '../../trpc/router.ts';
import { type TestWorld, testWorld, type WorldOptions } from './world.ts';

/** What came of a call, the same through every door. */
export type Outcome<Name extends ProcedureName> =
  | { readonly ok: true; readonly output: ProcedureOutput<Name> }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly param: string | undefined;
    };

/** One way to call the procedures. `sent` may be anything at all: doors are tried with nonsense too. */
export interface Door {
  readonly name: 'caller' | 'sdk' | 'rest';
  call<Name extends ProcedureName>(
    name: Name,
    sent: ProcedureInput<Name> | unknown,
    key?: string | undefined,
  ): Promise<Outcome<Name>>;
}

/** A world that listens, and the three doors into it. */
export interface Doors extends TestWorld {
  readonly url: string;
  readonly doors: readonly Door[];
}

/** Opens a world for the calling test file: serving on a port of its own, and rendering what is started. */
export async function openDoors(
  options: WorldOptions & { work?: boolean; corsOrigins?: readonly string[] } = {},
): Promise<Doors> {
  let url = 'http://127.0.0.1';
  const world = await testWorld({ publicUrl: () => url, ...options });
  const docs = { log: world.ctx.log, publicUrl: 'http://docs.restage.test' };
  const app = createApp(world.ctx, {
    ...docs,
    maxBodyBytes: 72 * 1024 * 1024,
    ...(options.corsOrigins && { corsOrigins: options.corsOrigins }),
    ready: async () => ({ database: true }),
  });
  const server = createHttpServer(createRequestListener(app, docs), () => docs.publicUrl);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (options.work ?? true) await startRenderWorkers(world.ctx, world.boss, 1);
  afterAll(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A client may still hold a connection open.
    server.closeAllConnections();
    await closed;
  });
  return { ...world, url, doors: [callerDoor(world), sdkDoor(url), restDoor(url)] };
}

function callerDoor(world: TestWorld): Door {
  return {
    name: 'caller',
    async call(name, sent, key) {
      const caller = createCaller({
        ...world.ctx,
        requestId: 'req_test',
        responseMeta: { replayed: false },
        largeStrings: new Map(),
        publicUrl: 'http://docs.restage.test',
        credentials: { apiKey: key, bearer: undefined },
      });
      const [entity = '', verb = ''] = name.split('.');
      const call = Reflect.get(Reflect.get(caller, entity), verb) as (sent: unknown) => Promise<never>;
      try {
        return { ok: true, output: await call(sent) };
      } catch (error) {
        const failure = failureOf(error);
        return { ok: false, code: failure.code, message: failure.message, param: failure.param };
      }
    },
  };
}

function sdkDoor(url: string): Door {
  return {
    name: 'sdk',
    async call(name, sent, key) {
      const restage = new Restage({ apiKey: key ?? '', baseUrl: url, maxRetries: 0 });
      try {
        if (name === 'generations.watch')
          throw new Error('A subscription is no call: it has tests of its own.');
        const output: unknown = await restage.call(name, sent as never);
        return { ok: true, output: output as never };
      } catch (error) {
        if (!RestageError.isInstance(error)) throw error;
        return { ok: false, code: error.code, message: error.message, param: error.param };
      }
    },
  };
}

function restDoor(url: string): Door {
  return {
    name: 'rest',
    async call(name, sent, key) {
      const { rest } = procedures[name];
      const fields = typeof sent === 'object' && sent !== null ? { ...sent } : {};
      const path = rest.path.replace(/\{(\w+)\}/g, (_, field: string) =>
        encodeURIComponent(String(Reflect.get(fields, field))),
      );
      const query = new URLSearchParams();
      for (const field of Object.keys('query' in rest ? rest.query : {})) {
        if (field in fields) query.set(field, String(Reflect.get(fields, field)));
      }
      const response = await fetch(`${url}${path}${query.size > 0 ? `?${query}` : ''}`, {
        method: rest.method,
        headers: key === undefined ? {} : { 'x-api-key': key },
        ...(rest.method === 'POST' && { body: JSON.stringify(sent) ?? '' }),
      });
      const body: unknown = await response.json();
      if (response.ok) return { ok: true, output: body as never };
      const error = decodeEnvelope(body);
      if (!error) throw new Error(`not an envelope: ${JSON.stringify(body)}`);
      const param = response.headers.get('x-error-param') ?? undefined;
      return { ok: false, code: error.code, message: error.message, param };
    },
  };
}
