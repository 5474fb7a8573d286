import { expectTypeOf } from 'vitest';
import {
  type CodesOf,
  type ErrorCode,
  type ErrorCodeWith,
  type Failure,
  type FailureValue,
  fail,
  failWith,
  hasDetail,
  isFailure,
  type SuccessOf,
} from './index.ts';

expectTypeOf(fail('JOB_NOT_FOUND', 'no')).toEqualTypeOf<Failure<'JOB_NOT_FOUND'>>();
fail('JOB_NOT_FOUND', 'no', { param: 'id' });

// @ts-expect-error a 429 always has retryAfter and limit
fail('RATE_LIMIT_EXCEEDED', 'slow down');
// @ts-expect-error the limit is missing
fail('CONCURRENT_LIMIT_EXCEEDED', 'wait', { retryAfter: 1 });
// @ts-expect-error a 405 always has allow
fail('METHOD_NOT_ALLOWED', 'no');
declare const anyCode: ErrorCode;
// @ts-expect-error some of these codes require details
fail(anyCode, 'no');
// @ts-expect-error no such code
fail('NO_SUCH_CODE', 'no');

const limited = fail('RATE_LIMIT_EXCEEDED', 'no', { retryAfter: 1, limit: { name: 'reads', quota: 1 } });
expectTypeOf(limited.retryAfter).toEqualTypeOf<number>();
expectTypeOf(fail('METHOD_NOT_ALLOWED', 'no', { allow: ['GET'] }).allow).toEqualTypeOf<readonly string[]>();
expectTypeOf(fail('JOB_NOT_FOUND', 'no').retryAfter).toEqualTypeOf<number | undefined>();

const internal = failWith('INTERNAL_TO_A_TEST', 'no');
expectTypeOf(internal).toEqualTypeOf<FailureValue<'INTERNAL_TO_A_TEST'>>();
// @ts-expect-error what verbs return is of the catalog
internal satisfies Failure;

type Result = { readonly id: string } | Failure<'JOB_NOT_FOUND'> | Failure<'RATE_LIMIT_EXCEEDED'>;
expectTypeOf<CodesOf<Promise<Result>>>().toEqualTypeOf<'JOB_NOT_FOUND' | 'RATE_LIMIT_EXCEEDED'>();
expectTypeOf<SuccessOf<Result>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<Failure['code']>().toEqualTypeOf<ErrorCode>();

declare const result: Result;
if (isFailure(result)) {
  if (result.code === 'RATE_LIMIT_EXCEEDED') expectTypeOf(result.retryAfter).toEqualTypeOf<number>();
} else expectTypeOf(result.id).toEqualTypeOf<string>();

expectTypeOf<ErrorCodeWith<'retryAfter'>>().toEqualTypeOf<
  'RATE_LIMIT_EXCEEDED' | 'CONCURRENT_LIMIT_EXCEEDED'
>();
expectTypeOf<ErrorCodeWith<'allow'>>().toEqualTypeOf<'METHOD_NOT_ALLOWED'>();
if (hasDetail(anyCode, 'allow')) expectTypeOf(anyCode).toEqualTypeOf<'METHOD_NOT_ALLOWED'>();
// @ts-expect-error no code always has a parameter
hasDetail(anyCode, 'param');
