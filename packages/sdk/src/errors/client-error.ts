import type { Job } from '../generated/types.ts';
import { type ClientErrorCode, clientCodes, type RestageErrorCode } from './client-codes.ts';
import { type ErrorDetails, type JobCode, RestageError, type RestageErrorOf } from './restage-error.ts';

/** Creates an error that the client itself detected. */
export function createClientError<const Code extends Exclude<ClientErrorCode, JobCode>>(
  code: Code,
  message: string,
  details?: Partial<ErrorDetails>,
): RestageError<Code>;
export function createClientError<const Code extends JobCode>(
  code: Code,
  message: string,
  details: Partial<ErrorDetails> & { readonly job: Job },
): RestageError<Code>;
export function createClientError(
  code: ClientErrorCode,
  message: string,
  details: Partial<ErrorDetails> = {},
): RestageError {
  return new RestageError<RestageErrorCode>(code, message, { retryable: clientCodes[code], ...details });
}

type AnyError = RestageErrorOf<RestageErrorCode>;

/** Attaches the job that was started, unless the error already has one. */
export function attachJob<E extends AnyError>(error: E, job: Job): E {
  return error.job ? error : Object.assign(error, { job });
}

/** Attaches the idempotency key that the failed start was sent with. */
export function attachIdempotencyKey<E extends AnyError>(error: E, idempotencyKey: string): E {
  return Object.assign(error, { idempotencyKey });
}
