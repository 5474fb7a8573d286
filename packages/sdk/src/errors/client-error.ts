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
  if (!RestageError.isInstance(error) || error.job || !job) return error;
  const { code, message, cause } = error;
  const carrying = new RestageError(code, message, { ...error, job, ...(cause !== undefined && { cause }) });
  if (error.stack !== undefined) carrying.stack = error.stack;
  return carrying;
}
