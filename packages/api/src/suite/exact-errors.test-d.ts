import type { ProcedureErrorCode, ProcedureName } from '@restage/contract';
import type { ErrorCode } from '@restage/errors';
import { type ErrorCodeOf, getProcedureError } from '@restage/errors/trpc';
import { expectTypeOf } from 'vitest';
import type { AppRouter } from '../index.ts';
import { refusalOf } from '../testing/refusal.ts';

/** The codes of each procedure, as who calls it with tRPC's own client has them. */
type RouterCodes = {
  [Name in ProcedureName]: Name extends `${infer E extends keyof AppRouter & string}.${infer Verb}`
    ? ErrorCodeOf<AppRouter[E][Verb & keyof AppRouter[E]]>
    : 'the router has no such procedure';
};

expectTypeOf<RouterCodes>().toEqualTypeOf<{ [Name in ProcedureName]: ProcedureErrorCode<Name> }>();

/** A switch over what a call was refused with is exhaustive. */
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

/** What the caller in this process is refused with has the same codes. */
export async function inProcess(call: Promise<unknown>): Promise<void> {
  const refused = await refusalOf<AppRouter['account']['info']>(call);
  expectTypeOf(refused.code).toEqualTypeOf<ProcedureErrorCode<'account.info'>>();
  if (refused.code === 'RATE_LIMIT_EXCEEDED') expectTypeOf(refused.retryAfter).toEqualTypeOf<number>();
  expectTypeOf((await refusalOf(call)).code).toEqualTypeOf<ErrorCode>();
}
