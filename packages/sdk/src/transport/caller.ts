import { type ErrorCode, type ProcedureErrorCode, type ProcedureName, procedureCodes } from '@restage/errors';
import { createTRPCUntypedClient, httpLink, isTRPCClientError, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { SuperJSON } from 'superjson';
import type { CodesOfResult } from '../call.ts';
import type { CallName } from '../errors/client-codes.ts';
import { RestageError } from '../errors/restage-error.ts';
import { type ErrorBody, toRestageError } from '../errors/to-restage-error.ts';
import { type Procedures, procedureKinds } from '../generated/types.ts';
import { type CallOptions, definedOptions, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { fetchResponse, RawResponse } from './response.ts';
import { retry } from './retry.ts';

/** {@link procedureCodes} with a mapped type, so that TypeScript can index it with a generic procedure name. */
const declaredCodes: { readonly [Name in ProcedureName]: readonly ProcedureErrorCode<Name>[] } =
  procedureCodes;

/** Creates the function through which every procedure is called: tRPC over HTTP, one request per call, with retries. */
export function createCaller(settings: Settings) {
  const client: TRPCUntypedClient<AnyRouter> = createTRPCUntypedClient({
    links: [
      httpLink({
        url: `${settings.baseUrl}/trpc`,
        transformer: SuperJSON,
        headers: ({ op }) => createRequestHeaders(settings, op.context),
        async fetch(url, init) {
          const response = await fetchResponse(settings.fetch, String(url), init as RequestInit);
          // tRPC's client only passes on errors that are thrown; `callOnce` catches them.
          if (!response.ok) throw response.error;
          return response.value;
        },
      }),
    ],
  });
  return <Name extends CallName>(
    name: Name,
    input: Procedures[Name]['input'],
    { simulate, ...options }: CallOptions<Name> = {},
  ) => {
    const retries = isRepeatable(name) ? {} : { maxRetries: 0 };
    const retryOptions = { ...settings, ...retries, ...definedOptions(options) };
    return retry((signal) => callOnce(client, name, input, { signal, context: { simulate } }), retryOptions);
  };
}

/**
 * Whether a call may be sent again when it is unknown whether the server carried it out. A second key would stay unnoticed, and
 * a second rotation would end the secret that receivers still use.
 */
function isRepeatable(name: CallName): boolean {
  return name !== 'keys.create' && name !== 'webhooks.rotateSecret';
}

/** Calls a procedure by name. */
export type Caller = ReturnType<typeof createCaller>;

/** The codes that any call over the network can fail with, besides those of its procedure. */
export type TransportErrorCode = Exclude<CodesOfResult<ReturnType<Caller>>, ErrorCode>;

/** Exactly the codes that a call of a procedure can fail with. */
export type CallErrorCode<Name extends ProcedureName> = ProcedureErrorCode<Name> | TransportErrorCode;

async function callOnce<Name extends CallName>(
  client: TRPCUntypedClient<AnyRouter>,
  name: Name,
  input: unknown,
  options: { signal: AbortSignal; context: { simulate: string | undefined } },
) {
  const kind: string = procedureKinds[name];
  // The types forbid this, but JavaScript callers can do it.
  if (kind === 'subscription') {
    throw new TypeError(`${name} is a subscription and can't be called; use restage.${name}.`);
  }
  try {
    const output: unknown = await client[procedureKinds[name]](name, input, options);
    // Not validated here: the server is held to the contract, and its tests call it through this client.
    return ok(output as Procedures[Name]['output']);
  } catch (error) {
    return err(toCallError(name, error));
  }
}

/**
 * Converts what tRPC's client threw.
 * @throws anything that is not an error of the call: a bug, such as an input that JSON can't represent
 */
function toCallError<Name extends CallName>(name: Name, error: unknown) {
  if (!isTRPCClientError(error)) throw error;
  const { cause } = error;
  if (RestageError.isInstance(cause) && cause.code === 'CONNECTION_FAILED') return cause;
  const response = error.meta?.response;
  if (!(response instanceof RawResponse)) throw cause ?? error;
  return toRestageError(response, declaredCodes[name], readErrorBody(error.data));
}

/** Reads the error that the server's tRPC formatter adds. A proxy's response does not have it. */
export function readErrorBody(data: unknown): ErrorBody | undefined {
  if (typeof data !== 'object' || data === null || !('error' in data)) return undefined;
  const { error } = data;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (!('message' in error) || typeof error.message !== 'string') return undefined;
  return { ...error, code: error.code, message: error.message };
}

/**
 * Creates the headers of a call. A key that is not a valid header value is left out; the server then reports a missing key.
 * @param call `simulate` is what to simulate in test mode, if anything
 */
export function createRequestHeaders(
  { apiKey }: Pick<Settings, 'apiKey'>,
  { simulate }: { readonly simulate?: unknown },
): Record<string, string> {
  return {
    ...(/^[\x21-\x7e]+$/.test(apiKey) && { 'x-api-key': apiKey }),
    ...(typeof simulate === 'string' && { 'x-restage-simulate': simulate }),
  };
}
