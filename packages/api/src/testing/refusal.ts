import type { ErrorCode, Failure } from '@restage/errors';
import { FailureError, failureOf } from '../trpc/failure-error.ts';

/** What each procedure of `AppRouter` says of its codes, in its type. */
interface ProcedureWithCodes {
  readonly meta: { readonly errorCodes: readonly ErrorCode[] };
}

/**
 * What a call of the router is refused with: `expect(await refusalOf(caller.generations.get({ id }))).toMatchObject({ code:
 * 'JOB_NOT_FOUND' })`. With the procedure as `P`, `refusalOf<AppRouter['generations']['get']>(…)`, its code is one of those
 * that the procedure declares; leave `P` out where another one is simulated.
 * @throws when the call succeeds, and whatever it threw that is no refusal: an INTERNAL_ERROR with its cause
 */
export async function refusalOf<P extends ProcedureWithCodes = ProcedureWithCodes>(
  call: Promise<unknown>,
): Promise<Failure<P['meta']['errorCodes'][number]>>;
export async function refusalOf(call: Promise<unknown>): Promise<Failure> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('The call was not refused: it succeeded.');
  const { error } = outcome;
  const isRefusal =
    error instanceof Error && [error, error.cause].some((each) => each instanceof FailureError);
  if (!isRefusal) throw error;
  return failureOf(error);
}
