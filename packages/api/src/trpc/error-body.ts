import { catalog, type ErrorCode, type Failure } from '@restage/errors';
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

type Status = (typeof catalog)[ErrorCode]['status'];

/** tRPC's code for each HTTP status. */
export const trpcCodes = {
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
} as const satisfies Record<Status, TRPC_ERROR_CODE_KEY>;

/** The details of a procedure's error over tRPC: `data.error`. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param?: string;
  readonly requestId: string;
  readonly docUrl: string;
  readonly retryable: boolean;
  /** Seconds after which a retry may succeed. */
  readonly retryAfter?: number;
}

/** The failed request, as its error describes it. `publicUrl` is the start of the link to the docs. */
export interface FailedRequest {
  readonly requestId: string;
  readonly publicUrl: string;
}

/** Converts a failure to `data.error`. */
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

/** Creates the whole body of an error in tRPC's format, for errors that occur outside tRPC. */
export function toErrorBody(
  failure: Failure,
  request: FailedRequest,
  httpStatus: number = catalog[failure.code].status,
): object {
  const code = trpcCodes[catalog[failure.code].status];
  const data = { code, httpStatus, error: toErrorData(failure, request) };
  return { error: { json: { message: failure.message, code: TRPC_ERROR_CODES_BY_KEY[code], data } } };
}
