import { type ClientErrorCode, clientCodes } from './client-codes.ts';
import { type ErrorDetails, RestageError } from './restage-error.ts';

/** Makes an error that the client itself found. */
export function clientError<Code extends ClientErrorCode>(
  code: Code,
  message: string,
  details: Partial<ErrorDetails> = {},
): RestageError<Code> {
  return new RestageError(code, message, { retryable: clientCodes[code], ...details });
}

/** The same error, with the job that it leaves behind. */
export function withJob(error: unknown, job: ErrorDetails['job']): unknown {
  return !RestageError.isInstance(error) || error.job || !job ? error : carrying(error, { job });
}

/** The same error, with the key of the start that it ended. */
export function withKey(error: unknown, idempotencyKey: string): unknown {
  return RestageError.isInstance(error) ? carrying(error, { idempotencyKey }) : error;
}

function carrying(error: RestageError, more: Partial<ErrorDetails>): RestageError {
  const { code, message, cause } = error;
  const carrying = new RestageError(code, message, {
    ...error,
    ...more,
    ...(cause !== undefined && { cause }),
  });
  if (error.stack !== undefined) carrying.stack = error.stack;
  return carrying;
}
