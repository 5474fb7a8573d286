/** What went well. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
  readonly error?: undefined;
}

/** What failed, and how. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
  readonly value?: undefined;
}

/** A value, or the error in its place. Nothing in this package throws what a call may fail with by design. */
export type Outcome<T, E> = Ok<T> | Err<E>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/** The failed ones of several outcomes. */
export type ErrIn<R> = Extract<R, { readonly ok: false }>;
type ValueIn<R> = Extract<R, { readonly ok: true; readonly value: unknown }>['value'];

/** All values, in order; or the first error, as soon as it is there. */
export function all<R extends Outcome<unknown, unknown>>(
  outcomes: readonly Promise<R>[],
): Promise<Ok<ValueIn<R>[]> | ErrIn<R>> {
  return new Promise((resolve, reject) => {
    for (const outcome of outcomes) {
      outcome.then((each) => {
        if (isErr(each)) resolve(each);
      }, reject);
    }
    Promise.all(outcomes).then((every) => {
      const values = every.flatMap((each) => (isOk(each) ? [each.value] : []));
      if (values.length === every.length) resolve(ok(values));
    }, reject);
  });
}

function isOk<R extends Outcome<unknown, unknown>>(outcome: R): outcome is R & Ok<ValueIn<R>> {
  return outcome.ok;
}

function isErr<R extends Outcome<unknown, unknown>>(outcome: R): outcome is R & ErrIn<R> {
  return !outcome.ok;
}
