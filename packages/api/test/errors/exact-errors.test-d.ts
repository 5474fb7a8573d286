import type { ProcedureErrorCode, ProcedureName } from '@restage/contract';
import type { ErrorCode } from '@restage/errors';
import { type ErrorCodeOf, getProcedureError } from '@restage/errors/trpc';
import { expectFailure } from '@restage/testing';
import { expectTypeOf } from 'vitest';
import type { AppRouter } from '../../src/index.ts';

/** The error codes of each procedure in the types of tRPC's own client. */
type RouterCodes = {
  [Name in ProcedureName]: Name extends `${infer E extends keyof AppRouter & string}.${infer Verb}`
    ? ErrorCodeOf<AppRouter[E][Verb & keyof AppRouter[E]]>
    : 'the router has no such procedure';
};

expectTypeOf<RouterCodes>().toEqualTypeOf<{ [Name in ProcedureName]: ProcedureErrorCode<Name> }>();

/** A switch over the error of a call is exhaustive. */
export function exhaustive(caught: unknown): string {
  const error = getProcedureError<AppRouter['generations']['get']>(caught);
  if (!error) throw caught;
  switch (error.code) {
    case 'JOB_NOT_FOUND':
    case 'INVALID_REQUEST':
    case 'INVALID_API_KEY':
    case 'INTERNAL_ERROR':
      return error.message;
    case 'RATE_LIMIT_EXCEEDED':
      return error.retryAfter.toFixed();
    case 'UNKNOWN':
      return error.wireCode;
    default:
      return error satisfies never;
  }
}

/** The failures of a caller in this process have the same codes. */
export async function inProcess(call: Promise<unknown>): Promise<void> {
  const failure = await expectFailure<AppRouter['account']['info']>(call);
  expectTypeOf(failure.code).toEqualTypeOf<ProcedureErrorCode<'account.info'>>();
  if (failure.code === 'RATE_LIMIT_EXCEEDED') expectTypeOf(failure.retryAfter).toEqualTypeOf<number>();
  expectTypeOf((await expectFailure(call)).code).toEqualTypeOf<ErrorCode>();
}
