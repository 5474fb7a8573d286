import { type ProcedureName, procedures } from '@restage/contract';
import { catalog, type Failure, fail } from '@restage/errors';
import { TRPCError } from '@trpc/server';
import { internalError } from '../pipeline/internal-error.ts';
import { trpcCodes } from './error-body.ts';

/** Carries a Failure through tRPC, where errors must be thrown. */
export class FailureError extends TRPCError {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super({ code: trpcCodes[catalog[failure.code].status], message: failure.message });
    this.failure = failure;
  }
}

/** Finds the failure in a thrown error or in one of its causes. */
export function findCarriedFailure(error: unknown): Failure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FailureError) return cause.failure;
  }
  return undefined;
}

/**
 * Converts a thrown error to a failure: the one that it carries, or the equivalent of an error of tRPC itself, for a call that
 * reached no procedure.
 * @param path the name of the procedure, if known
 */
export function toFailure(error: unknown, path?: string): Failure {
  return findCarriedFailure(error) ?? toAdapterFailure(error, path);
}

/** Converts an error of tRPC's adapter, which occurs before the pipeline. */
function toAdapterFailure(error: unknown, path: string | undefined) {
  if (!(error instanceof TRPCError)) return internalError();
  switch (error.code) {
    case 'NOT_FOUND':
      return fail('NOT_FOUND', 'There is no such procedure.');
    case 'METHOD_NOT_SUPPORTED':
      return fail('METHOD_NOT_ALLOWED', 'Call queries with GET, and mutations with POST.', {
        allow: [getMethod(path)],
      });
    case 'PARSE_ERROR':
      return fail('INVALID_REQUEST', 'The input must be valid JSON.');
    case 'UNSUPPORTED_MEDIA_TYPE':
      return fail('INVALID_REQUEST', 'The content-type must be application/json.');
    case 'BAD_REQUEST':
      return fail('INVALID_REQUEST', 'The request is not a valid tRPC call, or its batch is too long.');
    default:
      return internalError();
  }
}

function getMethod(path: string | undefined): 'GET' | 'POST' {
  if (path === undefined || !Object.hasOwn(procedures, path)) return 'GET';
  return procedures[path as ProcedureName].kind === 'mutation' ? 'POST' : 'GET';
}
