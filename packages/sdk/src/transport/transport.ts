import { createTRPCUntypedClient, httpLink, isTRPCClientError, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { SuperJSON } from 'superjson';
import type { Call } from '../call.ts';
import type { CallErrorCode, CallName } from '../errors/client-codes.ts';
import { type Refusal, refusalError } from '../errors/refusal.ts';
import { RestageError } from '../errors/restage-error.ts';
import { type CallOptions, given, type Settings } from '../options.ts';
import { kinds, type Procedures } from '../wire.ts';
import { Answer, fetchAnswer } from './answer.ts';
import { retry } from './retry.ts';

/** Calls a procedure by name. */
export type Caller = <Name extends CallName>(
  name: Name,
  input: Procedures[Name]['input'],
  options?: CallOptions,
) => Call<Procedures[Name]['output'], CallErrorCode<Name>>;

/** Makes the one function that every procedure is called through: tRPC over HTTP, one request a call, with retries. */
export function createCaller(settings: Settings): Caller {
  const client: TRPCUntypedClient<AnyRouter> = createTRPCUntypedClient({
    links: [
      httpLink({
        url: `${settings.baseUrl}/trpc`,
        transformer: SuperJSON,
        headers: ({ op }) => callHeaders(settings, op.context),
        fetch: (url, init) => fetchAnswer(settings.fetch, String(url), init as RequestInit),
      }),
    ],
  });
  return (name, input, { simulate, ...options } = {}) =>
    // The server's answer is taken at its word: the contract is held there, and tested through this client.
    retry((signal) => send(client, name, input, { signal, context: { simulate } }), {
      ...settings,
      ...given(options),
    }) as Call<never, never>;
}

async function send(
  client: TRPCUntypedClient<AnyRouter>,
  name: CallName,
  input: unknown,
  options: { signal: AbortSignal; context: { simulate: CallOptions['simulate'] } },
): Promise<unknown> {
  const kind: string = kinds[name];
  // Its type forbids it; in JavaScript it would be a promise of nothing.
  if (kind === 'subscription') throw new TypeError(`${name} answers many times: use restage.${name}.`);
  try {
    return await client[kinds[name]](name, input, options);
  } catch (error) {
    throw unwrap(error);
  }
}

/** What tRPC's client threw, as an error of ours; a bug, such as an input that JSON can't hold, as it was. */
function unwrap(error: unknown): unknown {
  if (!isTRPCClientError(error)) return error;
  if (RestageError.isInstance(error.cause)) return error.cause;
  const answer = error.meta?.response;
  if (!(answer instanceof Answer)) return error.cause ?? error;
  return refusalError(answer, refusalIn(error.data));
}

/** The error data that the server's formatter adds; absent from what stands before the router. */
function refusalIn(data: unknown): Refusal | undefined {
  if (typeof data !== 'object' || data === null || !('error' in data)) return undefined;
  const { error } = data;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (!('message' in error) || typeof error.message !== 'string') return undefined;
  return { ...error, code: error.code, message: error.message };
}

/**
 * The headers of a call. A key that no header can carry is left out, and the server then says that there is none.
 * @param call what the call asks to have simulated, if anything
 */
export function callHeaders(
  { apiKey }: Pick<Settings, 'apiKey'>,
  { simulate }: { readonly simulate?: unknown },
): Record<string, string> {
  return {
    ...(/^[\x21-\x7e]+$/.test(apiKey) && { 'x-api-key': apiKey }),
    ...(typeof simulate === 'string' && { 'x-restage-simulate': simulate }),
  };
}
