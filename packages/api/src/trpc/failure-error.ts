import { type ProcedureName, procedures } from '@restage/contract';
import { catalog, type ErrorCode, type Failure, fail } from '@restage/errors';
import { TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { internalError } from '../pipeline.ts';

type Status = (typeof catalog)[ErrorCode]['status'];

const trpcCodes = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<Status, TRPCError['code']>;

/** What an error of a procedure carries over tRPC, as `data.error`. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param?: string;
  readonly requestId: string;
  readonly docUrl: string;
  readonly retryable: boolean;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter?: number;
}

/** What an error says of the request that it answers. `publicUrl` begins the link to the docs. */
export interface FailedRequest {
  readonly requestId: string;
  readonly publicUrl: string;
}

/** A failure as `data.error`. */
export function toErrorData(failure: Failure, { requestId, publicUrl }: FailedRequest): ErrorData {
  const { code, message, param, retryAfter } = failure;
  return {
    code,
    message,
    ...(param !== undefined && { param }),
    requestId,
    docUrl: `${publicUrl}/errors#${code}`,
    retryable: catalog[code].retryable,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The whole body of an error that tRPC itself has no part in, as its clients read it. */
export function toErrorBody(failure: Failure, request: FailedRequest): object {
  const httpStatus = catalog[failure.code].status;
  const code = trpcCodes[httpStatus];
  const data = { code, httpStatus, error: toErrorData(failure, request) };
  return { error: { json: { message: failure.message, code: TRPC_ERROR_CODES_BY_KEY[code], data } } };
}

/** A Failure on its way through tRPC, which knows errors only as throws. */
export class FailureError extends TRPCError {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super({ code: trpcCodes[catalog[failure.code].status], message: failure.message });
    this.failure = failure;
  }
}

/** The failure that a thrown error carries on its way through tRPC, however often it was wrapped. */
export function carriedFailure(error: unknown): Failure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FailureError) return cause.failure;
  }
  return undefined;
}

/**
 * The failure that a thrown error stands for: the one it carries, or the equal of tRPC's own errors, which a call gets that
 * is none of a procedure.
 * @param path the procedure that was called, where that is known
 */
export function failureOf(error: unknown, path?: string): Failure {
  return carriedFailure(error) ?? adapterFailure(error, path);
}

/** What tRPC's adapter itself finds wrong with a call, before it reaches the pipeline. */
function adapterFailure(error: unknown, path: string | undefined) {
  if (!(error instanceof TRPCError)) return internalError();
  switch (error.code) {
    case 'NOT_FOUND':
      return fail('NOT_FOUND', 'There is no such procedure.');
    case 'METHOD_NOT_SUPPORTED':
      return fail('METHOD_NOT_ALLOWED', 'Queries are called with GET, mutations with POST.', {
        allow: [methodOf(path)],
      });
    case 'PARSE_ERROR':
      return fail('INVALID_REQUEST', 'The input is not valid JSON.');
    case 'UNSUPPORTED_MEDIA_TYPE':
      return fail('INVALID_REQUEST', 'The content-type must be application/json.');
    case 'BAD_REQUEST':
      return fail('INVALID_REQUEST', 'The call is not one that tRPC can read, or its batch is too long.');
    default:
      return internalError();
  }
}

function methodOf(path: string | undefined): 'GET' | 'POST' {
  if (path === undefined || !Object.hasOwn(procedures, path)) return 'GET';
  return procedures[path as ProcedureName].kind === 'mutation' ? 'POST' : 'GET';
}
