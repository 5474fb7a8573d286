import { catalog, type ErrorCode, type Failure, fail } from '@restage/errors';
import { TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

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
  readonly code: string;
  readonly message: string;
  readonly param?: string;
  readonly requestId: string;
  readonly docUrl: string;
  readonly retryable: boolean;
}

/** What an error says of the request that it answers. `publicUrl` begins the link to the docs. */
export interface FailedRequest {
  readonly requestId: string;
  readonly publicUrl: string;
}

/** A failure as `data.error`. */
export function toErrorData(failure: Failure, { requestId, publicUrl }: FailedRequest): ErrorData {
  const { code, message, param } = failure;
  return {
    code,
    message,
    ...(param !== undefined && { param }),
    requestId,
    docUrl: `${publicUrl}/errors#${code}`,
    retryable: catalog[code].retryable,
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

/** The one sentence that callers get for whatever was not expected. */
export function internalError() {
  return fail('INTERNAL_ERROR', 'Something unexpected went wrong. Its cause is logged under the request id.');
}

/**
 * The failure that a thrown error stands for: the one it carries, the equal of tRPC's own, or, for whatever
 * else was thrown, INTERNAL_ERROR without a word of its cause.
 */
export function failureOf(error: unknown): Failure {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FailureError) return cause.failure;
  }
  if (!(error instanceof TRPCError)) return internalError();
  switch (error.code) {
    case 'NOT_FOUND':
      return fail('NOT_FOUND', 'There is no such procedure.');
    case 'METHOD_NOT_SUPPORTED':
      return fail('METHOD_NOT_ALLOWED', 'Queries are called with GET, mutations with POST.', {
        allow: ['GET', 'POST'],
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
