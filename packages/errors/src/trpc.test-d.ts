import { expectTypeOf } from 'vitest';
import type { ErrorCode } from './index.ts';
import { type ErrorCodeOf, getProcedureError, type ProcedureError } from './trpc.ts';

/** A procedure of a router, reduced to the parts that contain its codes. */
interface Procedure<Code extends ErrorCode> {
  (options: object): Promise<unknown>;
  readonly _def: { readonly procedure: true; readonly meta: unknown };
  readonly meta: { readonly errorCodes: readonly Code[] };
}
type Get = Procedure<'JOB_NOT_FOUND' | 'RATE_LIMIT_EXCEEDED'>;
type Create = Procedure<'INVALID_FILENAME' | 'RATE_LIMIT_EXCEEDED'>;

expectTypeOf<ErrorCodeOf<Get>>().toEqualTypeOf<'JOB_NOT_FOUND' | 'RATE_LIMIT_EXCEEDED'>();
expectTypeOf<ErrorCodeOf<Get | Create>>().toEqualTypeOf<
  'JOB_NOT_FOUND' | 'INVALID_FILENAME' | 'RATE_LIMIT_EXCEEDED'
>();
expectTypeOf<ErrorCodeOf<{ readonly meta: unknown }>>().toEqualTypeOf<never>();
// A code that only a newer server knows is UNKNOWN.
type Newer = { readonly meta: { readonly errorCodes: readonly ('FUTURE' | 'NOT_FOUND')[] } };
expectTypeOf<ErrorCodeOf<Newer>>().toEqualTypeOf<'NOT_FOUND'>();
expectTypeOf(getProcedureError<Newer>({})?.code).toEqualTypeOf<'NOT_FOUND' | 'UNKNOWN' | undefined>();

/** A switch over the codes of a procedure is exhaustive, and the details that a code always has are required. */
export function exhaustive(caught: unknown): string | number {
  const error = getProcedureError<Get>(caught);
  if (!error) throw caught;
  expectTypeOf(error.message).toEqualTypeOf<string>();
  expectTypeOf(error.param).toEqualTypeOf<string | undefined>();
  expectTypeOf(error.requestId).toEqualTypeOf<string>();
  expectTypeOf(error.docUrl).toEqualTypeOf<string>();
  expectTypeOf(error.retryable).toEqualTypeOf<boolean>();
  expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
  switch (error.code) {
    case 'JOB_NOT_FOUND':
      expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
      return error.message;
    case 'RATE_LIMIT_EXCEEDED':
      return error.retryAfter.toFixed();
    case 'UNKNOWN':
      return error.wireCode;
    default:
      return error satisfies never;
  }
}

/** A switch with a missing or an impossible code does not compile. */
export function inexact(caught: unknown): string {
  const error = getProcedureError<Get>(caught);
  switch (error?.code) {
    case undefined:
    case 'UNKNOWN':
    case 'RATE_LIMIT_EXCEEDED':
      return '';
    // @ts-expect-error the procedure never fails with this code
    case 'INVALID_FILENAME':
      return '';
    default:
      // @ts-expect-error JOB_NOT_FOUND has no case
      return error satisfies never;
  }
}

// Without a type argument, all codes are possible.
expectTypeOf(getProcedureError({})).toEqualTypeOf<ProcedureError<ErrorCode> | undefined>();
// @ts-expect-error a procedure without codes has no exact errors
getProcedureError<{ readonly meta: unknown }>({});
