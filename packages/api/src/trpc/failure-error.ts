import { type ProcedureName, procedures } from '@restage/contract';
import { catalog, type Failure, fail } from '@restage/errors';
import { TRPCError } from '@trpc/server';
import { internalError } from '../internal-error.ts';
import { trpcCodes } from './error-body.ts';

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
