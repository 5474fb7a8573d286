import type { Job } from '../wire.ts';
import { type ClientErrorCode, clientCodes, type RestageErrorCode } from './client-codes.ts';
import { type ErrorDetails, type JobCode, RestageError, type RestageErrorOf } from './restage-error.ts';

/** Makes an error that the client itself found. */
export function clientError<const Code extends Exclude<ClientErrorCode, JobCode>>(
  code: Code,
  message: string,
  details?: Partial<ErrorDetails>,
): RestageError<Code>;
export function clientError<const Code extends JobCode>(
  code: Code,
  message: string,
  details: Partial<ErrorDetails> & { readonly job: Job },
): RestageError<Code>;
export function clientError(
  code: ClientErrorCode,
  message: string,
  details: Partial<ErrorDetails> = {},
): RestageError {
  return new RestageError<RestageErrorCode>(code, message, { retryable: clientCodes[code], ...details });
}

type AnyError = RestageErrorOf<RestageErrorCode>;

/** Gives an error the job that it leaves behind, unless it has one. */
export function withJob<E extends AnyError>(error: E, job: Job): E {
  return error.job ? error : Object.assign(error, { job });
}

/** Gives an error the key of the start that it ended. */
export function withKey<E extends AnyError>(error: E, idempotencyKey: string): E {
  return Object.assign(error, { idempotencyKey });
}
