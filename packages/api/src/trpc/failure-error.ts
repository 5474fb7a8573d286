import { catalog, type ErrorCode, type Failure, fail } from '@restage/errors';
import { TRPCError } from '@trpc/server';

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
