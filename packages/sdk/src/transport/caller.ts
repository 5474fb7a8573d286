import { type ErrorCode, type ProcedureErrorCode, type ProcedureName, procedureCodes } from '@restage/errors';
import { createTRPCUntypedClient, httpLink, isTRPCClientError, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { SuperJSON } from 'superjson';
import type { CodesOfResult } from '../call.ts';
import type { CallName } from '../errors/client-codes.ts';
import { type Refusal, refusalError } from '../errors/refusal.ts';
import { RestageError } from '../errors/restage-error.ts';
import { type CallOptions, given, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { kinds, type Procedures } from '../wire.ts';
import { Answer, fetchAnswer } from './answer.ts';
import { retry } from './retry.ts';

/** The codes of each procedure, in a type that TypeScript can look a name up in that it doesn't know yet. */
const declaredCodes: { readonly [Name in ProcedureName]: readonly ProcedureErrorCode<Name>[] } =
  procedureCodes;

/** Makes the one function that every procedure is called through: tRPC over HTTP, one request a call, with retries. */
export function createCaller(settings: Settings) {
  const client: TRPCUntypedClient<AnyRouter> = createTRPCUntypedClient({
    links: [
      httpLink({
        url: `${settings.baseUrl}/trpc`,
        transformer: SuperJSON,
        headers: ({ op }) => callHeaders(settings, op.context),
        async fetch(url, init) {
          const answer = await fetchAnswer(settings.fetch, String(url), init as RequestInit);
          // Through tRPC's client errors are thrown; they are caught in `send`.
          if (!answer.ok) throw answer.error;
          return answer.value;
        },
      }),
    ],
  });
  return <Name extends CallName>(
    name: Name,
    input: Procedures[Name]['input'],
    { simulate, ...options }: CallOptions<Name> = {},
  ) => {
    const patience = { ...settings, ...given(options) };
    return retry((signal) => send(client, name, input, { signal, context: { simulate } }), patience);
  };
}

/** Calls a procedure by name. */
export type Caller = ReturnType<typeof createCaller>;

/** What any call over the network can end with, beside the codes of its procedure. */
export type TransportErrorCode = Exclude<CodesOfResult<ReturnType<Caller>>, ErrorCode>;

/** Exactly the codes that a call of a procedure can end with. */
export type CallErrorCode<Name extends ProcedureName> = ProcedureErrorCode<Name> | TransportErrorCode;

async function send<Name extends CallName>(
  client: TRPCUntypedClient<AnyRouter>,
  name: Name,
  input: unknown,
  options: { signal: AbortSignal; context: { simulate: string | undefined } },
) {
  const kind: string = kinds[name];
  // Its type forbids it; in JavaScript it would be a promise of nothing.
  if (kind === 'subscription') throw new TypeError(`${name} answers many times: use restage.${name}.`);
  try {
    const output: unknown = await client[kinds[name]](name, input, options);
    // The server's answer is taken at its word: the contract is held there, and tested through this client.
    return ok(output as Procedures[Name]['output']);
  } catch (error) {
    return err(readError(name, error));
  }
}

/**
 * What tRPC's client threw, as an error of ours.
 * @throws what is none: a bug, such as an input that JSON can't hold
 */
function readError<Name extends CallName>(name: Name, error: unknown) {
  if (!isTRPCClientError(error)) throw error;
  const { cause } = error;
  if (RestageError.isInstance(cause) && cause.code === 'CONNECTION_FAILED') return cause;
  const answer = error.meta?.response;
  if (!(answer instanceof Answer)) throw cause ?? error;
  return refusalError(answer, declaredCodes[name], refusalIn(error.data));
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
