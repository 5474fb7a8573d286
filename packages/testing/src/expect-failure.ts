import { FailureError, toFailure } from '@restage/api';
import type { ErrorCode, Failure } from '@restage/errors';

/** The error codes in the type of each procedure of `AppRouter`. */
interface ProcedureWithCodes {
  readonly meta: { readonly errorCodes: readonly ErrorCode[] };
}

/**
 * Waits for a call of the router to fail: `expect(await expectFailure(caller.generations.get({ id }))).toMatchObject({ code:
 * 'JOB_NOT_FOUND' })`. If `P` is the procedure's type, as in `expectFailure<AppRouter['generations']['get']>(…)`, the code
 * is one that the procedure declares. Leave `P` out if the call simulates another code.
 * @returns the failure
 * @throws if the call succeeds, or throws something other than a failure, such as the cause of an INTERNAL_ERROR
 */
export async function expectFailure<P extends ProcedureWithCodes = ProcedureWithCodes>(
  call: Promise<unknown>,
): Promise<Failure<P['meta']['errorCodes'][number]>>;
export async function expectFailure(call: Promise<unknown>): Promise<Failure> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('Expected the call to fail, but it succeeded.');
  const { error } = outcome;
  const isFailureError =
    error instanceof Error && [error, error.cause].some((each) => each instanceof FailureError);
  if (!isFailureError) throw error;
  return toFailure(error);
}
