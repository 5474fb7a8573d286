import { toFailure } from '@restage/api';
import type { ProcedureInput, ProcedureName, ProcedureOutput } from '@restage/contract';
import { type Context, startRenderWorkers } from '@restage/core';
import { decodeEnvelope } from '@restage/errors';
import { Restage, RestageError } from '@restage/sdk';
import { afterAll } from 'vitest';
import { createTestCaller } from '../src/server/caller.ts';
import { serve } from '../src/server/serve.ts';
import { toRestRequest } from './rest-request.ts';
import { openTestServices, type TestServiceOptions, type TestServices } from './services.ts';

/** The start of links to the docs, in errors of every transport. */
const docsUrl = 'http://docs.restage.test';

/** The result of a call, the same for every transport. */
export type Outcome<Name extends ProcedureName> =
  | { readonly ok: true; readonly output: ProcedureOutput<Name> }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly param: string | undefined;
    };

/** A way to call the procedures. `input` may be anything, so that tests can send invalid input through every transport. */
export interface Transport {
  readonly name: 'caller' | 'sdk' | 'rest';
  call<Name extends ProcedureName>(
    name: Name,
    input: ProcedureInput<Name> | unknown,
    key?: string | undefined,
  ): Promise<Outcome<Name>>;
}

/** A running server, and the three transports that call it. */
export interface TestServer extends TestServices {
  readonly url: string;
  readonly transports: readonly [caller: Transport, sdk: Transport, rest: Transport];
}

/** Options of {@link openTransports}. */
interface TransportOptions extends TestServiceOptions {
  /** Whether a worker renders the jobs. Default: true. */
  readonly work?: boolean;
  readonly corsOrigins?: readonly string[];
}

/** Starts a server for the calling test file, on a free port, and stops it after the last test. */
export async function openTransports(options: TransportOptions = {}): Promise<TestServer> {
  let url = 'http://127.0.0.1';
  const services = await openTestServices({ publicUrl: () => url, ...options });
  const server = await serve(services.ctx, {
    publicUrl: () => docsUrl,
    ...(options.corsOrigins && { corsOrigins: options.corsOrigins }),
  });
  url = server.url;
  if (options.work ?? true) await startRenderWorkers(services.ctx, services.boss, 1);
  afterAll(server.close);
  return {
    ...services,
    url,
    transports: [createCallerTransport(services.ctx), createSdkTransport(url), createRestTransport(url)],
  };
}

function createCallerTransport(ctx: Context): Transport {
  return {
    name: 'caller',
    async call(name, input, key) {
      const caller = createTestCaller(ctx, { publicUrl: docsUrl, key });
      const [entity = '', verb = ''] = name.split('.');
      const call = Reflect.get(Reflect.get(caller, entity), verb) as (input: unknown) => Promise<never>;
      try {
        return { ok: true, output: await call(input) };
      } catch (error) {
        const failure = toFailure(error);
        return { ok: false, code: failure.code, message: failure.message, param: failure.param };
      }
    },
  };
}

function createSdkTransport(url: string): Transport {
  return {
    name: 'sdk',
    async call(name, input, key) {
      const restage = new Restage({ apiKey: key ?? '', baseUrl: url, maxRetries: 0 });
      try {
        if (name === 'generations.watch') {
          throw new Error('generations.watch is a subscription, and has its own tests.');
        }
        const output: unknown = await restage.call(name, input as never);
        return { ok: true, output: output as never };
      } catch (error) {
        if (!RestageError.isInstance(error)) throw error;
        return { ok: false, code: error.code, message: error.message, param: error.param };
      }
    },
  };
}

function createRestTransport(url: string): Transport {
  return {
    name: 'rest',
    async call(name, input, key) {
      const { path, ...init } = toRestRequest(name, input, key);
      const response = await fetch(`${url}${path}`, init);
      const body: unknown = await response.json();
      if (response.ok) return { ok: true, output: body as never };
      const error = decodeEnvelope(body);
      if (!error) throw new Error(`The response is not an error envelope: ${JSON.stringify(body)}`);
      const param = response.headers.get('x-error-param') ?? undefined;
      return { ok: false, code: error.code, message: error.message, param };
    },
  };
}
